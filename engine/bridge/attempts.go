package bridge

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// readAttempts reads the attempts of before. A file that cannot be read, or that
// names a time to come, might hide any number: as many as are allowed are assumed to
// have been made just now. No file means none.
func readAttempts(path string, now time.Time) []time.Time {
	past, err := soundAttempts(path, now)
	if err != nil {
		return []time.Time{now, now, now, now}
	}
	return past
}

// soundAttempts reads the file, or says why it cannot be believed.
func soundAttempts(path string, now time.Time) ([]time.Time, error) {
	var past []time.Time
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &past)
	}
	if err == nil && past == nil {
		err = errors.New("there is no list")
	}
	for i := range past {
		if past[i].After(now) || i > 0 && past[i].Before(past[i-1]) {
			err = errors.New("the times make no sense")
		}
	}
	return past, err
}

// NextAttempt is when a Link with this file of attempts could first connect; a time
// that is not after now means at once. What a running Link will wait for besides is
// not in the file. A file that cannot be believed counts as full and is written anew
// as that, so that the wait has an end; an error in doing so is the next attempt's.
func NextAttempt(path string, now time.Time) time.Time {
	past := readAttempts(path, now)
	if _, err := soundAttempts(path, now); err != nil {
		_ = writeAttempts(path, past)
	}
	return NewSchedule(past, 0).Next()
}

// writeAttempts keeps them: on disk before the attempt is made, so that a program
// that crashes again and again does not connect again and again.
func writeAttempts(path string, past []time.Time) error {
	b, err := json.Marshal(past)
	if err != nil {
		return err
	}
	next := path + ".new"
	f, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a change of name last.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
