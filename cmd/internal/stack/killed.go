package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The sign of a kill is a file: it works when nothing runs, and stays over restarts. So
// is the word that trading may go on, when it is said while nothing runs: what stopped
// is in the journal, and only a gateway can let it go on.

func killedFile(dataDir string) string  { return filepath.Join(dataDir, "killed") }
func resumedFile(dataDir string) string { return filepath.Join(dataDir, "resumed") }

// SetKilled leaves the sign that nothing may be traded until it is removed.
func SetKilled(dataDir, reason string) error {
	if err := leave(killedFile(dataDir), reason); err != nil {
		return fmt.Errorf("the sign of the kill cannot be written: %w", err)
	}
	return remove(resumedFile(dataDir))
}

// ClearKilled removes the sign.
func ClearKilled(dataDir string) error { return remove(killedFile(dataDir)) }

// SetResumed removes the sign, and leaves word for the next program that trading may go
// on.
func SetResumed(dataDir, reason string) error {
	if err := leave(resumedFile(dataDir), reason); err != nil {
		return fmt.Errorf("the word that trading may go on cannot be written: %w", err)
	}
	return ClearKilled(dataDir)
}

// takeResumed takes the word that trading may go on, which counts once.
func takeResumed(dataDir string) (reason string, resumed bool) {
	b, err := os.ReadFile(resumedFile(dataDir))
	if err != nil || remove(resumedFile(dataDir)) != nil {
		return "", false // what was stopped stays so
	}
	return strings.TrimSpace(string(b)), true
}

func leave(file, reason string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = f.WriteString(reason + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}

func remove(file string) error {
	if err := os.Remove(file); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
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
	return strings.TrimSpace(string(b)), true
}

// KilledAt is when the sign was left; the zero time when there is none.
func KilledAt(dataDir string) time.Time {
	info, err := os.Stat(killedFile(dataDir))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
