package cli

import (
	"encoding/json"
	"errors"
	"os"
	"time"

	"tollgate/cmd/internal/stack"
	"tollgate/engine/gateway"
	"tollgate/engine/journal"
)

// leastSpace is how many bytes must be free: hours of journal at any pace that the
// broker's quotes have. Trading stops when nothing can be recorded.
const leastSpace = 256 << 20

// dataDir finds out whether a run could record itself. It makes the directory, as
// the run would.
func (k *checkup) dataDir() bool {
	const mend = "make the directory writable, or name another with data_dir"
	if err := tryWriting(k.dir); err != nil {
		k.fail("data_dir", mend, "%s cannot be written: %v", k.dir, err)
		return false
	}
	free, err := freeSpace(k.dir)
	journals := int64(1) // the gateway's; each account that is traded has one more
	for i := range k.config.Accounts {
		if k.traded(k.config.Accounts[i].Name) {
			journals++
		}
	}
	most := journals * k.config.Live.JournalMB << 20
	switch {
	case err != nil:
		k.warn("data_dir", "look at the free space yourself: trading stops when the disk is full", "%s is writable; %v", k.dir, err)
	case free < leastSpace:
		k.fail("data_dir", "free some: trading stops when the disk is full", "%s is writable, with %d MB free", k.dir, free>>20)
	case free < most:
		k.warn("data_dir", "free some, or lower live.journal_mb: trading stops when the disk is full", "%s is writable, with %d MB free; its journals may grow to %d MB", k.dir, free>>20, most>>20)
	default:
		k.ok("data_dir", "%s is writable, with %d MB free", k.dir, free>>20)
	}
	return true
}

func (k *checkup) traded(account string) bool {
	for i := range k.config.Strategies {
		if k.config.Strategies[i].Account == account {
			return true
		}
	}
	return false
}

// tryWriting writes, syncs and removes a file.
func tryWriting(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "doctor-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString("tollgate doctor\n")
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
}

// killed tells of a kill that is still in force.
func (k *checkup) killed() {
	reason, killed := stack.Killed(k.dir)
	if !killed {
		k.ok("killed", "no kill is in force")
		return
	}
	since := ""
	if at := stack.KilledAt(k.dir); !at.IsZero() {
		since = " since " + at.UTC().Format(time.RFC3339)
	}
	k.warn("killed", "tollgate resume --config "+k.flags.config+", when trading may go on: until then live flattens and trades nothing",
		"killed%s (%s)", since, reason)
}

// gateway finds out whether a program holds the data directory, and holds it itself
// until unlock is called: a gateway that starts meanwhile is refused at the journal,
// and not thrown out of its link later.
func (k *checkup) gateway() (unlock func(), alone bool) {
	unlock = func() {}
	mend := "use tollgate status --config " + k.flags.config + ", or stop it first"
	for _, dir := range k.programs() {
		r, err := gateway.Call(dir, gateway.Request{Do: stack.DoStatus})
		if !errors.Is(err, gateway.ErrNotRunning) && (dir == k.dir || hasLiveQuotes(r.Status)) {
			k.fail("gateway", mend, "a gateway is running here, on %s", dir)
			return unlock, false
		}
	}
	release, err := journal.Lock(stack.GatewayJournal(k.dir))
	var locked *journal.LockedError
	switch {
	case errors.As(err, &locked):
		k.fail("gateway", mend, "a gateway is running here, or is about to: %v", err)
		return unlock, false
	case err != nil:
		k.fail("gateway", "make the directory writable, or name another with data_dir", "%v", err)
		return unlock, false
	}
	k.ok("gateway", "none is running on %s", k.dir)
	return func() { _ = release() }, true
}

// programs are the data directories of programs that may hold the same connection.
func (k *checkup) programs() []string {
	if k.flags.url != "" {
		return []string{k.dir}
	}
	f := runningFlags{data: k.config.DataDir}
	all, err := f.dirs()
	if err != nil {
		return []string{k.dir} // what paper trades on cannot be read, so nothing runs there
	}
	return all
}

// hasLiveQuotes reports whether a status is that of a program which takes its quotes
// from the broker, over the one connection. Paper trading on a recording has none.
func hasLiveQuotes(status []byte) bool {
	var s struct {
		LiveQuotes json.RawMessage `json:"live_quotes"`
	}
	return json.Unmarshal(status, &s) == nil && s.LiveQuotes != nil
}
