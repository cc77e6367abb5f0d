package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// The sign of a kill is a file: it works when nothing runs, and stays over restarts.

func killedFile(dataDir string) string { return filepath.Join(dataDir, "killed") }

// SetKilled leaves the sign that nothing may be traded until it is removed.
func SetKilled(dataDir, reason string) error {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return err
	}
	f, err := os.Create(killedFile(dataDir))
	if err != nil {
		return fmt.Errorf("the sign of the kill cannot be written: %w", err)
	}
	_, err = f.WriteString(reason + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}

// ClearKilled removes the sign.
func ClearKilled(dataDir string) error {
	err := os.Remove(killedFile(dataDir))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Killed reports whether the sign is there, and what it says. A sign that cannot be
// read counts.
func Killed(dataDir string) (reason string, killed bool) {
	b, err := os.ReadFile(killedFile(dataDir))
	if errors.Is(err, os.ErrNotExist) {
		return "", false
	}
	if err != nil {
		return err.Error(), true
	}
	return string(b), true
}

// KilledAt is when the sign was left; the zero time when there is none.
func KilledAt(dataDir string) time.Time {
	info, err := os.Stat(killedFile(dataDir))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
