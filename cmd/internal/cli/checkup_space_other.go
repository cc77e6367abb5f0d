//go:build !(linux || darwin)

package cli

import "errors"

// posixModes reports whether the permissions of a file mean what they say.
const posixModes = false

// freeSpace cannot be told on this system.
func freeSpace(string) (int64, error) {
	return 0, errors.New("free space cannot be read on this system")
}
