package script

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

// Bounds of a source. A strategy that meets them is far past the point where it
// should be two.
const (
	MaxFiles = 64
	MaxBytes = 1 << 20 // of all files together
)

// File is one file of a script.
type File struct {
	Name string // as the user would type it, so that an editor can open it
	Text string
}

// Source is the text of one strategy: a file, or every file of a folder that
// holds one Go package, in the order of their names, tests left out.
type Source struct {
	Name  string // of the folder, or of the file without .go
	Dir   string // folder the files are in, as the user typed it
	Files []File
	Hash  string // SHA-256 of names and contents, 64 hex digits
}

// Read reads a .go file or a folder from disk.
func Read(path string) (*Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, notFound(path, err)
	}
	dir, base := filepath.Split(filepath.Clean(path))
	if info.IsDir() {
		dir, base = filepath.Clean(path), "."
	}
	if dir == "" {
		dir = "."
	}
	src, err := ReadFS(os.DirFS(dir), base, dir)
	if err != nil {
		return nil, err
	}
	if base == "." {
		src.Name = folderName(path)
	}
	return src, nil
}

func notFound(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("script %s: no such file or folder; give a .go file or a folder that holds one Go package", path)
	}
	return fmt.Errorf("script %s: %w", path, err)
}

// folderName names a strategy after its folder, also when the folder is given
// as "." or "..".
func folderName(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return filepath.Base(dir)
	}
	return filepath.Base(abs)
}

// ReadFS reads a .go file or a folder from a file system, such as the examples
// that are embedded in the program. name is a path as fs.FS wants it; shown is
// put in front of the file names in messages and may be empty.
func ReadFS(fsys fs.FS, name, shown string) (*Source, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, notFound(filepath.Join(shown, name), err)
	}
	src := &Source{Name: strings.TrimSuffix(path.Base(name), ".go"), Dir: filepath.Join(shown, name)}
	names := []string{name}
	if info.IsDir() {
		if names, err = goFiles(fsys, name, filepath.Join(shown, name)); err != nil {
			return nil, err
		}
	} else {
		src.Dir = filepath.Dir(src.Dir)
		if !strings.HasSuffix(name, ".go") {
			return nil, fmt.Errorf("script %s: not a Go file; the name must end in .go", filepath.Join(shown, name))
		}
	}
	if err := src.load(fsys, names, shown); err != nil {
		return nil, err
	}
	return src, nil
}

// goFiles lists the files of a package, sorted, without its tests.
func goFiles(fsys fs.FS, dir, shown string) ([]string, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("script %s: %w", shown, err)
	}
	var names []string
	for _, e := range entries {
		n := e.Name()
		if e.IsDir() || !strings.HasSuffix(n, ".go") || strings.HasSuffix(n, "_test.go") || n[0] == '.' || n[0] == '_' {
			continue
		}
		names = append(names, path.Join(dir, n))
	}
	sort.Strings(names)
	if len(names) == 0 {
		return nil, fmt.Errorf("script %s: the folder holds no Go file", shown)
	}
	if len(names) > MaxFiles {
		return nil, fmt.Errorf("script %s: %d Go files, the limit is %d", shown, len(names), MaxFiles)
	}
	return names, nil
}

func (s *Source) load(fsys fs.FS, names []string, shown string) error {
	size := int64(0)
	for _, name := range names {
		where := filepath.Join(shown, filepath.FromSlash(name))
		info, err := fs.Stat(fsys, name)
		if err != nil {
			return fmt.Errorf("script %s: %w", where, err)
		}
		if size += info.Size(); size > MaxBytes {
			return fmt.Errorf("script %s: larger than %d bytes in all, the limit", where, MaxBytes)
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("script %s: %w", where, err)
		}
		s.Files = append(s.Files, File{Name: where, Text: string(text)})
	}
	s.Hash = s.sum()
	return nil
}

// FromText makes a Source of one file's text.
func FromText(name, text string) *Source {
	s := &Source{
		Name: strings.TrimSuffix(filepath.Base(name), ".go"), Dir: filepath.Dir(name),
		Files: []File{{Name: name, Text: text}},
	}
	s.Hash = s.sum()
	return s
}

// sum hashes base names and contents, each with its length in front, so that
// the hash does not depend on where the files lie and no two sources share one.
func (s *Source) sum() string {
	h := sha256.New()
	for _, f := range s.Files {
		base := filepath.Base(f.Name)
		fmt.Fprintf(h, "%d %s %d\n%s", len(base), base, len(f.Text), f.Text)
	}
	return hex.EncodeToString(h.Sum(nil))
}
