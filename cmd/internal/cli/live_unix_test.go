//go:build unix

package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tollgate/engine/gateway"
	"tollgate/sim/fakebridge"
)

// session is tollgate live in a test: the command itself, against a simulated broker on
// loopback.
type session struct {
	t      *testing.T
	file   string
	broker *fakebridge.Server
	log    syncBuffer
	out    syncBuffer
	ended  chan int
}

// syncBuffer is a buffer that may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// newSession configures live trading of flipper.
func newSession(t *testing.T, faults ...string) *session {
	t.Helper()
	s := &session{t: t, broker: upstreamBroker(t, faults...)}
	s.file = fedFile(t, s.broker.URL())
	text, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.file, bytes.Replace(text, []byte("paper: {quotes: live}\n"), nil, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *session) start() {
	s.t.Helper()
	s.ended = make(chan int, 1)
	go func() { s.ended <- Main([]string{"live", "--config", s.file, "--yes", "--no-screen"}, &s.out, &s.log) }()
	s.until("the door opens", func(*gateway.View) bool { return true })
}

// stop interrupts the program, as a person does, and returns its exit status.
func (s *session) stop() int {
	s.t.Helper()
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		s.t.Fatal(err)
	}
	return <-s.ended
}

// until asks for the status until it is as wanted.
func (s *session) until(what string, good func(*gateway.View) bool) {
	s.t.Helper()
	again := time.NewTicker(25 * time.Millisecond)
	defer again.Stop()
	for range 400 {
		if status, out, _ := runCLI("status", "--config", s.file, "--json"); status == exitOK {
			var v gateway.View
			if err := json.Unmarshal([]byte(out), &v); err != nil {
				s.t.Fatal(err)
			}
			if good(&v) {
				return
			}
		}
		<-again.C
	}
	_, out, log := runCLI("status", "--config", s.file)
	s.t.Fatalf("not in time: %s\n%s%s\n%s", what, out, log, s.log.String())
}

// do runs a command beside it.
func (s *session) do(args ...string) string {
	s.t.Helper()
	status, out, log := runCLI(append(args, "--config", s.file)...)
	if status != exitOK {
		s.t.Fatalf("%v: status %d, %s%s\n%s", args, status, out, log, s.log.String())
	}
	return out + log
}

func trading(v *gateway.View) bool { return v.Stats.Fills > 0 }

func in(mode string) func(*gateway.View) bool {
	return func(v *gateway.View) bool { return v.Accounts[0].Mode == mode }
}

// flat checks the broker's truth.
func (s *session) flat() {
	s.t.Helper()
	l := s.broker.Ledger()
	for _, p := range l.Accounts[0].Positions {
		if p.Qty != 0 {
			s.t.Errorf("%+d %s is held", p.Qty, p.Instrument)
		}
	}
	for _, o := range l.Orders {
		if o.State != "Filled" && o.State != "Cancelled" && o.State != "Rejected" {
			s.t.Errorf("order %s is %s", o.OwnID, o.State)
		}
	}
}

// TestLive: the command trades; every command beside it does what it says; a kill stays
// over a restart, until a person says resume.
func TestLive(t *testing.T) {
	s := newSession(t)
	s.start()
	s.until("the script trades", trading)
	if said := s.log.String(); !strings.Contains(said, "LIVE account Sim101") || !strings.Contains(said, "max_position       ES 5") {
		t.Errorf("it does not say what it trades:\n%s", said)
	}
	script := filepath.Join(filepath.Dir(s.file), "flipper.go")
	if err := os.WriteFile(script, []byte(strings.Replace(flipper, "% 40", "% 44", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.do("reload", "flipper")
	s.do("reload", "flipper", "--rollback")
	s.do("flatten")
	s.do("kill")
	s.flat()
	s.until("it is killed", in("killed"))
	if status := s.stop(); status != exitStopped {
		t.Errorf("killed, it ends with status %d\n%s", status, s.log.String())
	}
	if u := s.broker.Ledger().MostUpgradesIn60s; u > 4 {
		t.Errorf("%d connections in a minute", u)
	}
	sent := len(s.broker.Ledger().Orders)
	s.start()
	s.until("it is killed still", func(v *gateway.View) bool { return in("killed")(v) && v.Link == "ready" })
	s.until("it denies what the script wants", func(v *gateway.View) bool { return v.Stats.Quotes > 100 })
	if n := len(s.broker.Ledger().Orders); n != sent {
		t.Fatalf("%d orders after the kill", n-sent)
	}
	s.stop()
	if status, _, log := runCLI("resume", "--config", s.file, "--account", "Sim101"); status == exitOK || !strings.Contains(log, "leave out --account") {
		t.Errorf("one account, while nothing runs: status %d, %s", status, log)
	}
	s.do("resume") // while nothing runs: the next program obeys
	s.start()
	s.until("it trades again", func(v *gateway.View) bool { return in("active")(v) && len(s.broker.Ledger().Orders) > sent })
	s.do("kill")
	s.do("resume")
	sent = len(s.broker.Ledger().Orders)
	s.until("it trades once more", func(v *gateway.View) bool { return in("active")(v) && len(s.broker.Ledger().Orders) > sent })
	if status := s.stop(); status != exitOK {
		t.Errorf("status %d\n%s", status, s.log.String())
	}
	replay, out, log := runCLI("journal", "replay", filepath.Join(filepath.Dir(s.file), "data", "live", "journal"))
	if replay != exitOK || !strings.Contains(out, "the same") {
		t.Errorf("status %d\n%s%s", replay, out, log)
	}
}

// TestLiveTakenOver: it does not fight for the session, stays for a person's word, and
// says with its exit status that it lost it.
func TestLiveTakenOver(t *testing.T) {
	s := newSession(t, "takeover@2s")
	s.start()
	s.until("the session is taken", func(v *gateway.View) bool { return strings.Contains(v.LinkReason, "another program") })
	if status := s.stop(); status != exitRefused || s.broker.Ledger().Upgrades != 1 {
		t.Errorf("status %d, %d connections\n%s", status, s.broker.Ledger().Upgrades, s.log.String())
	}
}

// TestLiveRefused: with a wrong key, which no line shows.
func TestLiveRefused(t *testing.T) {
	s := newSession(t)
	t.Setenv("TOLLGATE_TEST_FEED", "wrong-made-up-for-tests")
	status, out, log := runCLI("live", "--config", s.file, "--yes", "--no-screen")
	if status != exitRefused || !strings.Contains(log, "refuses the key") || strings.Contains(out+log, "wrong-made-up") {
		t.Errorf("status %d\n%s%s", status, out, log)
	}
}

// TestLiveWithoutLimits: nothing is started without the limits that live trading needs.
func TestLiveWithoutLimits(t *testing.T) {
	s := newSession(t)
	text := fmt.Sprintf("broker: {url: %q, token_env: TOLLGATE_TEST_FEED}\naccounts: {Sim101: {limits: {max_order: {ES: 5}}}}\nstrategies: [{name: flipper, script: flipper.go, account: Sim101, instruments: [\"ES 03-25\"]}]\n", s.broker.URL())
	if err := os.WriteFile(s.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, log := runCLI("live", "--config", s.file, "--yes")
	if status != exitUsage || !strings.Contains(log, "max_position") || !strings.Contains(log, "daily_loss") || s.broker.Ledger().Upgrades != 0 {
		t.Errorf("status %d, %s", status, log)
	}
}
