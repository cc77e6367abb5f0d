//go:build linux || darwin

package cli

import "syscall"

// posixModes reports whether the permissions of a file mean what they say.
const posixModes = true

// freeSpace is how many bytes the user may still write where a folder is.
func freeSpace(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
