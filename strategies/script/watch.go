package script

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Debounce is how long files must be quiet before a change is taken up: editors
// write in several steps, some by writing a new file and renaming it.
const Debounce = 20 * time.Millisecond

// lookAgain is how often a folder that went away is looked for.
const lookAgain = 500 * time.Millisecond

// Watch calls changed after every change to the .go files of a strategy, a file
// or a folder, until the context ends; it runs in the calling goroutine. It watches
// the folder, not the file, so that editors that write by renaming are noticed, and
// a folder that goes away and comes back is found again. The first call comes at
// once, for what changed before anybody watched.
func Watch(ctx context.Context, path string, changed func()) error {
	dir, err := watchedFolder(path)
	if err != nil {
		return err
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching %s: %w", path, err)
	}
	defer w.Close()
	if err := w.Add(dir); err != nil {
		return fmt.Errorf("watching %s: %w", dir, err)
	}
	changed()
	return follow(ctx, w, dir, changed)
}

// follow waits for events, and for quiet after them.
func follow(ctx context.Context, w *fsnotify.Watcher, dir string, changed func()) error {
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	missing := time.NewTicker(lookAgain)
	defer missing.Stop()
	gone := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.Events:
			if !ok {
				return nil
			}
			if e.Name == dir && e.Op.Has(fsnotify.Remove|fsnotify.Rename) {
				gone = true
			}
			if strings.HasSuffix(e.Name, ".go") && !e.Op.Has(fsnotify.Chmod) || e.Op.Has(fsnotify.Rename|fsnotify.Remove) {
				quiet.Reset(Debounce)
			}
		case <-quiet.C:
			changed()
		case <-missing.C:
			if gone && w.Add(dir) == nil {
				gone = false
				changed()
			}
		case err, ok := <-w.Errors:
			if !ok {
				return nil
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("watching %s: %w", dir, err)
			}
			changed() // events were lost: whatever happened, look
		}
	}
}

// watchedFolder is the folder whose events tell of a strategy.
func watchedFolder(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", notFound(path, err)
	}
	if info.IsDir() {
		return filepath.Clean(path), nil
	}
	return filepath.Dir(path), nil
}
