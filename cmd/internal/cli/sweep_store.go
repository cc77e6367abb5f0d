package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"tollgate/engine/journal"
	"tollgate/sim/tune"
)

// runsFile is the record of finished runs in the folder of a sweep: a JSON object a
// line, appended as they finish.
const runsFile = "runs.jsonl"

// storedRun is a line of the record.
type storedRun struct {
	Key     string            `json:"key"` // of everything that decides the run
	Params  map[string]string `json:"params"`
	Figures tune.Figures      `json:"figures"`
}

// sweepStore keeps finished runs. Without a path it keeps nothing.
type sweepStore struct {
	path     string
	identity string
	mu       sync.Mutex
	file     *os.File
	unlock   func() error
	known    map[string]tune.Figures
}

// open reads the record of an earlier sweep in the folder and makes ready to add.
func (s *sweepRun) open() (err error) {
	if s.store.identity, err = s.identity(); err != nil {
		return err
	}
	if s.flags.out == "" {
		return nil
	}
	if err := os.MkdirAll(s.flags.out, 0o755); err != nil {
		return fmt.Errorf("make the output folder: %w", err)
	}
	if err := s.store.lock(s.flags.out); err != nil {
		return err
	}
	return s.store.open(filepath.Join(s.flags.out, runsFile))
}

// lock keeps a second sweep out of the folder: two would cut each other's lines off.
func (st *sweepStore) lock(dir string) (err error) {
	st.unlock, err = journal.Lock(dir)
	if held := (*journal.LockedError)(nil); errors.As(err, &held) {
		return fmt.Errorf("--out %s: another sweep is writing there (process %d): wait until it has ended, or choose another folder", dir, held.Pid)
	}
	return err
}

// open reads the record. A last line that was not finished, because the program or
// the machine stopped while it was written, is cut off: its run is made again. Any
// other line that cannot be read is an error, because it means that something else
// has written there.
func (st *sweepStore) open(path string) error {
	st.path, st.known = path, map[string]tune.Figures{}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	good := 0
	for n := 1; good < len(text); n++ {
		end := bytes.IndexByte(text[good:], '\n')
		if end < 0 {
			break
		}
		var r storedRun
		if err := json.Unmarshal(text[good:good+end], &r); err != nil || r.Key == "" {
			if good+end+1 == len(text) {
				break
			}
			return fmt.Errorf("%s: line %d is no run of a sweep: move the file away, or choose another --out", path, n)
		}
		st.known[r.Key] = r.Figures
		good += end + 1
	}
	if st.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644); err != nil {
		return err
	}
	if good == len(text) {
		return nil
	}
	if err := st.file.Truncate(int64(good)); err != nil {
		return fmt.Errorf("cutting the unfinished line off %s: %w", path, err)
	}
	return nil
}

func (st *sweepStore) close() {
	if st.file != nil {
		st.file.Close()
		st.file = nil
	}
	if st.unlock != nil {
		st.unlock()
		st.unlock = nil
	}
}

// key names a trial of this sweep among all sweeps.
func (st *sweepStore) key(t *trial) string {
	text, _ := json.Marshal([]any{st.identity, t.params, t.from, t.to, t.open}) // maps are written in the order of their keys
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// find returns the figures of a trial that was run before.
func (st *sweepStore) find(t *trial) (tune.Figures, bool) {
	if st.path == "" || t.detail {
		return tune.Figures{}, false
	}
	f, ok := st.known[st.key(t)]
	return f, ok
}

// add appends a finished trial in one write, so that other lines stay whole
// whatever happens. A run whose strategy was stopped is not kept: the guard of
// scripts goes by the clock, so it may go otherwise the next time.
func (st *sweepStore) add(t *trial, f *tune.Figures) error {
	if st.path == "" || t.detail || f.Halted != "" {
		return nil
	}
	line, err := json.Marshal(storedRun{st.key(t), t.params, *f})
	if err != nil {
		return err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if _, err := st.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("keeping a run in %s: %w", st.path, err)
	}
	return nil
}
