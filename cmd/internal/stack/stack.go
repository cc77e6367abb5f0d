package stack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/engine/bus"
	"tollgate/engine/gateway"
	"tollgate/engine/journal"
	"tollgate/strategies/script"
)

// Options are what a stack is made of.
type Options struct {
	Config  *configs.Config
	Text    []byte // of the configuration
	Clock   gateway.Clock
	Scale   float64 // speed of the clock against real time
	URL     string  // of the broker
	AnyHour bool    // the market is open when the broker says so, whatever the clock says: it plays a recording
	Token   func() (string, error)
	Guard   *script.Guard
	// Tell is given what people should hear: alarms, notes, what strategies log. It
	// must not block; it is called from several goroutines.
	Tell func(kind gateway.OutputKind, text string)
	// Crash, when set, is called before a panic ends the program, to leave the terminal in order.
	Crash func()
	// Watch makes the workers take new versions of scripts as soon as files change.
	Watch bool
	// Attempts is the file that remembers attempts to connect; empty = one in the data
	// directory. Programs that connect as the same user share one: see AttemptsFile.
	Attempts string
	// Upstream, when set, is where the quotes come from. The caller runs it; the stack
	// tells of it, and what it tells.
	Upstream *Upstream
	// Shadow is how much recorded time a new version is rehearsed on; 0 = none.
	Shadow time.Duration

	// wrapJournal, when set, stands between the gateway's journal and the disk. For tests.
	wrapJournal func(journal.File) journal.File
}

// Stack is the live program, put together. Open makes it, Run runs it once.
type Stack struct {
	Options
	setup    *Setup
	universe *engine.Universe
	core     *gateway.Core
	shell    *gateway.Shell
	link     *bridge.Link
	bus      *bus.Bus
	record   *journal.Writer
	state    []byte
	prefix   string
	houses   []*house // one for each account that has strategies
	board    board
	messages chan gateway.Message
	ended    chan struct{} // closed when nobody reads messages any more
}

// messageQueue is how many messages of workers wait for the gateway; more are
// dropped, and the Desk tells by the number that is missing.
const messageQueue = 4096

// Open checks everything that can be checked before anything starts: scripts,
// instruments, the journal and what it says of the run before.
func Open(o Options) (*Stack, error) {
	s := &Stack{Options: o, messages: make(chan gateway.Message, messageQueue), ended: make(chan struct{})}
	if o.Upstream != nil {
		o.Upstream.Tell = s.tell
	}
	var err error
	if s.setup, err = NewSetup(o.Config, o.Text, o.Clock.Now(), o.Scale); err != nil {
		return nil, err
	}
	s.setup.AnyHour = o.AnyHour
	if err := s.openJournal(); err != nil {
		return nil, err
	}
	s.setup.keep(o.Config, gateway.InUse(s.state))
	if s.universe, err = s.setup.Universe(o.Config); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.core, err = s.setup.core(o.Config, s.universe, s.prefix); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.bus, err = bus.Open(bus.Options{URL: o.Config.Live.BusURL, Listen: o.Config.Live.BusListen, Name: "gateway", Token: busToken(o.Token)}); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.link = bridge.NewLink(bridge.LinkConfig{
		URL: o.URL, Token: o.Token, Now: o.Clock.Now, Attempts: cmp.Or(o.Attempts, AttemptsFile(o.Config.DataDir)),
		Retake: retake(o.Config), Seed: uint64(time.Now().UnixNano()),
	})
	s.shell = gateway.NewShell(gateway.ShellConfig{
		Core: s.core, Clock: o.Clock, Link: s.link, Journal: s.record, Publish: s.publish, Workers: s.messages, Tell: s.tell,
		Renew: s.renewCore, Keep: s.record.Pin,
	})
	for i := range o.Config.Accounts {
		if err := s.openHouse(i); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// busToken is the secret of a bus that others can reach: the broker's key, which
// they must have anyway.
func busToken(token func() (string, error)) func() string {
	return func() string {
		s, err := token()
		if err != nil {
			return ""
		}
		return s
	}
}

func retake(c *configs.Config) time.Duration {
	if c.Live.Takeover == "retake" {
		return c.Live.RetakeAfter
	}
	return 0
}

// openJournal opens the gateway's record and steps the newest run in it again, to
// know where it left off.
func (s *Stack) openJournal() error {
	dir := GatewayJournal(s.Config.DataDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	token, err := s.Token()
	if err != nil {
		return err
	}
	o := journal.Options{Retain: journal.Retain{Bytes: s.Config.Live.JournalMB << 20}, Wrap: s.wrapJournal}
	if len(token) >= journal.MinSecret {
		o.Secrets = [][]byte{[]byte(token)}
	}
	w, recovery, err := journal.Open(dir, o)
	if err != nil {
		return err
	}
	s.record = w
	if recovery.Cut != nil {
		s.tell(gateway.Note, recovery.String())
	}
	past, err := gateway.FindPast(dir)
	if err == nil {
		s.state, err = gateway.Recover(dir, past, NewCore)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("the run before cannot be stepped again: %w", err), w.Close())
	}
	if s.prefix = past.Prefix; s.prefix == "" {
		id := w.Run()
		s.prefix = fmt.Sprintf("tg%x", id[:5])
	}
	return nil
}

// AttemptsFile is where the attempts to connect of whoever uses a data directory are
// remembered. The broker counts them by user, so live, record and paper share one.
func AttemptsFile(dataDir string) string { return filepath.Join(dataDir, "link-attempts") }

// GatewayJournal is where the gateway's journal is in a data directory.
func GatewayJournal(dataDir string) string { return filepath.Join(dataDir, "journal", "gateway") }

// WorkerJournal is where the journal of an account's worker is.
func WorkerJournal(dataDir, account string) string {
	return filepath.Join(dataDir, "journal", "worker-"+fileName(account))
}

// fileName makes a file's name of any text.
func fileName(text string) string {
	out := ""
	for _, c := range []byte(text) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' {
			out += string(c)
		} else {
			out += fmt.Sprintf("_%02x", c)
		}
	}
	return out
}

// publish sends an event to the worker of an account. An account without strategies
// has none.
func (s *Stack) publish(account int, event []byte) error {
	for _, h := range s.houses {
		if h.account == account {
			return h.feed.Publish(event)
		}
	}
	return nil
}

// hand gives the gateway a message, as long as there is one.
func (s *Stack) hand(m gateway.Message) {
	select {
	case s.messages <- m:
	case <-s.ended:
	}
}

// Shell is the gateway's shell, to ask and to order.
func (s *Stack) Shell() *gateway.Shell { return s.shell }

// Link is the link, for a person's word to take the session back.
func (s *Stack) Link() *bridge.Link { return s.link }

// Run runs everything until the context ends or something fails for good. Workers
// end first, so that what strategies want at the end is still heard.
func (s *Stack) Run(ctx context.Context) error {
	if _, err := s.record.Append(gateway.KindSetup, s.setup.Bytes()); err != nil {
		return err
	}
	s.record.Pin(s.record.Last())
	shellCtx, stopShell := context.WithCancel(context.Background())
	linkCtx, stopLink := context.WithCancel(context.Background())
	defer stopLink()
	workCtx, stopWork := context.WithCancel(ctx)
	var work, news, rest sync.WaitGroup
	errs := make(chan error, len(s.houses)+2)
	rest.Go(func() {
		defer s.crashing()
		errs <- s.shell.Run(shellCtx, s.prefix, s.state)
		close(s.ended)
		stopWork()
	})
	if err := s.begin(shellCtx); err != nil {
		stopShell()
		rest.Wait()
		stopWork()
		return errors.Join(err, <-errs)
	}
	door, err := gateway.NewControl(s.Config.DataDir)
	if err != nil {
		s.tell(gateway.Alarm, fmt.Sprintf("tollgate status, kill and reload will not find this program: %v", err))
	} else {
		defer func() { _ = door.Close() }()
		go door.Serve(s.answer)
	}
	rest.Go(func() {
		defer s.crashing()
		s.watchKilled(shellCtx)
	})
	for _, h := range s.houses {
		news.Go(h.carryNews)
		work.Go(func() {
			defer s.crashing()
			errs <- h.run(workCtx)
		})
	}
	rest.Go(func() {
		defer s.crashing()
		if err := s.link.Run(linkCtx); err != nil {
			errs <- err
		}
	})
	<-workCtx.Done()
	work.Wait()
	s.drain()
	news.Wait()
	stopShell()
	<-s.ended // the link ends last, or the gateway would take it for lost
	stopLink()
	rest.Wait()
	stopWork()
	close(errs)
	var all error
	for err := range errs {
		all = errors.Join(all, err)
	}
	return all
}

// crashing stands in every goroutine of Run.
func (s *Stack) crashing() {
	if r := recover(); r != nil {
		if s.Crash != nil {
			s.Crash()
		}
		panic(r)
	}
}

// begin waits for the gateway to have begun, then gives the workers the numbers of
// their strategies.
func (s *Stack) begin(ctx context.Context) error {
	var err error
	asked := s.shell.Ask(ctx, func(c *gateway.Core) {
		for _, h := range s.houses {
			if e := h.number(c.Desk(h.account)); e != nil {
				err = e
			}
		}
	})
	if asked != nil || err != nil {
		return errors.Join(asked, err)
	}
	if reason, killed := Killed(s.Config.DataDir); killed {
		return s.shell.Order(ctx, gateway.All, gateway.Kill, reason)
	}
	if reason, resumed := takeResumed(s.Config.DataDir); resumed {
		return s.shell.Order(ctx, gateway.All, gateway.Resume, reason)
	}
	return nil
}

// Close frees what Open took.
func (s *Stack) Close() error {
	var err error
	for _, h := range s.houses {
		err = errors.Join(err, h.close())
	}
	if s.bus != nil {
		s.bus.Close()
	}
	if s.record != nil {
		err = errors.Join(err, s.record.Close())
	}
	return err
}

// renewCore makes another Core for a checkpoint.
func (s *Stack) renewCore() ([]byte, *gateway.Core, error) {
	core, err := s.setup.core(s.Config, s.universe, s.prefix)
	return s.setup.Bytes(), core, err
}

// JournalDir is where this run is recorded.
func (s *Stack) JournalDir() string { return filepath.Join(s.Config.DataDir, "journal") }
