//go:build !linux

package journal

import "os"

// syncFile writes everything to the disk; on macOS through the drive's own cache.
func syncFile(f *os.File) error { return f.Sync() }
