package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

const sharingViolation = syscall.Errno(32) // ERROR_SHARING_VIOLATION

// lockDir takes the directory until the function it returns is called or the
// process ends, however it ends: others may read the file, not open it for writing.
func lockDir(dir string) (unlock func() error, err error) {
	path := filepath.Join(dir, lockName)
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, fmt.Errorf("journal: lock %s: %w", path, err)
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ,
		nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharingViolation) {
		return nil, &LockedError{Dir: dir, Pid: holder(path)}
	}
	if err != nil {
		return nil, fmt.Errorf("journal: lock %s: %w", path, err)
	}
	f := os.NewFile(uintptr(h), path)
	sign(f)
	return f.Close, nil
}
