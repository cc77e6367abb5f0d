//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package cli

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// windowSize is how many columns and rows the terminal has.
func windowSize(f *os.File) (width, height int, err error) {
	var size struct{ rows, columns, x, y uint16 }
	_, _, code := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size)))
	if code != 0 {
		return 0, 0, code
	}
	if size.rows == 0 || size.columns == 0 {
		return 0, 0, errors.New("the terminal does not say how large it is")
	}
	return int(size.columns), int(size.rows), nil
}
