package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	suffix   = ".seg"
	digits   = 20 // of the largest record number
	lockName = "LOCK"
)

// segment is a segment file as the directory shows it.
type segment struct {
	path  string
	first uint64 // number of its first record, by its name
}

func segmentPath(dir string, first uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%0*d%s", digits, first, suffix))
}

// segments lists the segments of a directory in order. Other files are not looked at.
func segments(dir string) ([]segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var list []segment
	for _, e := range entries {
		name, is := strings.CutSuffix(e.Name(), suffix)
		if !is || len(name) != digits || !e.Type().IsRegular() {
			continue
		}
		if first, err := strconv.ParseUint(name, 10, 64); err == nil && first > 0 {
			list = append(list, segment{path: filepath.Join(dir, e.Name()), first: first})
		}
	}
	slices.SortFunc(list, func(a, b segment) int { return strings.Compare(a.path, b.path) })
	return list, nil
}

// exists reports whether a segment file is there.
func exists(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular()
}

// size is the length of a segment, 0 when it is gone.
func (s *segment) size() (int64, error) {
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("journal: %w", err)
	}
	return info.Size(), nil
}
