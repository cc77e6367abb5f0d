package journal

import (
	"os"
	"strconv"
	"strings"
)

// Lock takes a directory as a Writer does, and makes it when it is new, but opens
// nothing: as long as it is held nobody else writes a journal there. The error is
// *LockedError when a Writer has it, and otherwise the operating system's.
func Lock(dir string) (unlock func() error, err error) {
	if err := makeDir(dir, syncDir); err != nil {
		return nil, err
	}
	return lockDir(dir)
}

// holder reads the process that a lock file names, 0 when it names none.
func holder(path string) int {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0
	}
	return pid
}

// sign writes this process into a lock file, for the message of the next one. That
// it fails on a full disk does not make the lock worse.
func sign(f *os.File) {
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
}
