//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package cli

import (
	"errors"
	"os"
)

// windowSize is not known here: what happens is told line by line.
func windowSize(*os.File) (width, height int, err error) {
	return 0, 0, errors.New("the size of the terminal is not known on this system")
}
