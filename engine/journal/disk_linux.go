package journal

import (
	"os"
	"syscall"
)

// syncFile is fdatasync: it writes the data and the length, and spares the times.
func syncFile(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if err == nil {
			return nil
		}
		if err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
