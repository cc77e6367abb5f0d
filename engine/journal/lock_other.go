//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// lockDir takes the directory by creating a file, which a crash leaves behind.
func lockDir(dir string) (unlock func() error, err error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%w; if that process is gone, remove %s", &LockedError{Dir: dir, Pid: holder(path)}, path)
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	sign(f)
	return func() error { return errors.Join(f.Close(), os.Remove(path)) }, nil
}
