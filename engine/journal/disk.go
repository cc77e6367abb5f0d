package journal

import (
	"fmt"
	"os"
	"runtime"
)

// diskFile is a File on a real disk.
type diskFile struct{ *os.File }

func (f diskFile) Sync() error { return syncFile(f.File) }

// syncDir makes the creation and removal of files last. Windows has no such call and
// keeps directories in order by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("journal: sync the directory %s: %w", dir, err)
	}
	return nil
}
