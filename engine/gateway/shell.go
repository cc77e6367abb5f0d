package gateway

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// Clock is the time a shell stamps and waits by: the machine's, or a recording's
// that runs faster.
type Clock interface {
	Now() engine.Time
	// Until is how long a machine must wait for the clock to show t; 0 or less when it has passed.
	Until(t engine.Time) time.Duration
}

// Link is the connection to the broker; *bridge.Link is one.
type Link interface {
	Events() <-chan bridge.Event
	Write(ctx context.Context, frame []byte) error
	// Reconnect gives the connection up and makes a new one when the schedule allows.
	Reconnect(why string)
}

// Recorder is the journal.
type Recorder interface {
	Append(kind byte, payload []byte) (number uint64, err error)
	Sync() error
}

// Message is what a worker sent about an account.
type Message struct {
	Account int
	Data    []byte
	Lost    string // not empty: the worker stopped answering, and since when
}

// The kinds of records in a gateway's journal. Inputs have the numbers of their
// InputKind; the others are here.
const (
	KindSetup byte = 32 // the configuration of the run that begins, as text
	KindSent  byte = 33 // a frame that was written to the link
	KindMark  byte = 34 // the digest of every decision so far, 16 hexadecimal digits
)

// ShellConfig is what a Shell is made of.
type ShellConfig struct {
	Core    *Core
	Clock   Clock
	Link    Link
	Journal Recorder
	Publish func(account int, event []byte) error // to the worker of an account
	Workers <-chan Message
	Tell    func(kind OutputKind, text string) // alarms and notes, for people; must not block
	// Renew, when set, makes another Core like the first, and its setup, for a checkpoint
	// every Checkpoint inputs (0 = DefaultCheckpoint). Keep is told the number of the
	// record that the newest checkpoint begins with: what is older is not needed to go on.
	Renew      func() (setup []byte, core *Core, err error)
	Keep       func(record uint64)
	Checkpoint uint64
	// Watch, when set, is called after every input with the time it took; must not block.
	Watch func(kind InputKind, took time.Duration)
}

// Shell steps a Core: one goroutine, one select. It stamps what happens, writes it
// to the journal, and carries out what the Core says.
type Shell struct {
	ShellConfig
	asks    chan func()
	inputs  uint64 // since the newest checkpoint
	unheard bool   // the newest event could not be published
	buf     []byte
}

// Bounds of a shell.
const (
	writeTimeout = 5 * time.Second // a frame that cannot be written within it means the link is gone
	syncEvery    = time.Second     // what no order forces to disk gets there this often
)

// NewShell returns a Shell that Run starts.
func NewShell(c ShellConfig) *Shell {
	if c.Checkpoint == 0 {
		c.Checkpoint = DefaultCheckpoint
	}
	return &Shell{ShellConfig: c, asks: make(chan func())}
}

// ErrJournal wraps what the journal failed with: trading stops rather than go on
// unrecorded.
var ErrJournal = errors.New("the journal cannot be written, so trading has stopped")

// Ask runs a function between two steps, when the Core is at rest, and waits for it.
// It fails when the shell is not running.
func (s *Shell) Ask(ctx context.Context, f func(*Core)) error {
	done := make(chan struct{})
	select {
	case s.asks <- func() { f(s.Core); close(done) }:
	case <-ctx.Done():
		return fmt.Errorf("the gateway does not answer: %w", ctx.Err())
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the gateway does not answer: %w", ctx.Err())
	}
}

// Order hands a person's order to the Core between two steps and waits until it was
// carried out as far as it can be at once.
func (s *Shell) Order(ctx context.Context, account int, v Verb, why string) error {
	var err error
	asked := s.Ask(ctx, func(*Core) { err = s.step(Input{Kind: Operator, Account: account, Verb: v, Text: why}) })
	return errors.Join(asked, err)
}

// Run steps the Core until the context ends, the link is gone for good, or the
// journal fails. What is open at the broker stays as it is. The first input is a
// Begin with the given state.
func (s *Shell) Run(ctx context.Context, prefix string, state []byte) error {
	for _, in := range []Input{
		{Kind: Begin, Account: All, Data: state, Text: prefix},
		{Kind: LinkDown, Account: All, Text: justStarted},
	} {
		if err := s.step(in); err != nil {
			return err
		}
	}
	flush := time.NewTicker(syncEvery)
	defer flush.Stop()
	wake := time.NewTimer(0)
	defer wake.Stop()
	for {
		s.arm(wake)
		in := Input{Account: All}
		var fatal error
		select {
		case <-ctx.Done():
			return s.end(nil)
		case e, ok := <-s.Link.Events():
			if !ok {
				return s.end(errors.New("the link has ended"))
			}
			in, fatal = linkInput(e)
		case m, ok := <-s.Workers:
			if !ok {
				s.Workers = nil
				continue
			}
			in = workerInput(m)
		case f := <-s.asks:
			f()
			continue
		case <-flush.C:
			if err := s.Journal.Sync(); err != nil {
				return fmt.Errorf("%w: %w", ErrJournal, err)
			}
			continue
		case <-wake.C:
			in.Kind = Tick
		}
		if err := s.step(in); err != nil {
			return err
		}
		if fatal != nil {
			return s.end(fatal)
		}
	}
}

// linkInput makes an input of what the link says. The error ends the run.
func linkInput(e bridge.Event) (Input, error) {
	switch e.Kind {
	case bridge.Up:
		return Input{At: e.At, Kind: LinkUp, Account: All}, nil
	case bridge.Message:
		return Input{At: e.At, Kind: Frame, Account: All, Data: e.Data}, nil
	default:
		return Input{At: e.At, Kind: LinkDown, Account: All, Text: e.Text}, e.Fatal
	}
}

func workerInput(m Message) Input {
	if m.Lost != "" {
		return Input{Kind: WorkerLost, Account: m.Account, Text: m.Lost}
	}
	return Input{Kind: FromWorker, Account: m.Account, Data: m.Data}
}

// arm sets the timer for the Core's next wish.
func (s *Shell) arm(t *time.Timer) {
	wait := time.Hour
	if at := s.Core.Wake(); at != engine.NoTime {
		ahead := s.Core.Ahead()
		if wait = max(0, s.Clock.Until(at.Add(-ahead))); ahead > 0 {
			wait *= 2
		}
	}
	t.Reset(wait)
}

// step writes an input to the journal, steps the Core with it and carries out what
// it says. The journal is synced before the first frame that can move money.
func (s *Shell) step(in Input) error {
	began := time.Now()
	if in.At == 0 {
		in.At = s.Clock.Now()
	}
	s.buf = in.Append(s.buf[:0])
	if _, err := s.Journal.Append(byte(in.Kind), s.buf); err != nil {
		return fmt.Errorf("%w: %w", ErrJournal, err)
	}
	out := s.Core.Step(&in)
	if err := s.record(out); err != nil {
		return fmt.Errorf("%w: %w", ErrJournal, err)
	}
	for i := range out {
		s.carryOut(&out[i])
	}
	if s.Watch != nil {
		s.Watch(in.Kind, time.Since(began))
	}
	if s.inputs++; s.Renew != nil && s.inputs >= s.Checkpoint && s.Core.AtRest() {
		return s.checkpoint()
	}
	return nil
}

// record writes the frames that are about to leave, and syncs when one of them can
// move money.
func (s *Shell) record(out []Output) error {
	sync := false
	for i := range out {
		if o := &out[i]; o.Kind == Write || o.Kind == Order {
			if _, err := s.Journal.Append(KindSent, o.Data); err != nil {
				return err
			}
			sync = sync || o.Kind == Order
		}
	}
	if sync {
		return s.Journal.Sync()
	}
	return nil
}

// carryOut does one thing the Core wants. A frame that cannot be written is a link
// that is gone: the link says so itself, and what was in the frame is in doubt.
func (s *Shell) carryOut(o *Output) {
	switch o.Kind {
	case Write, Order:
		ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
		defer cancel()
		if err := s.Link.Write(ctx, o.Data); err != nil {
			s.Tell(Note, fmt.Sprintf("a frame could not be written: %v", err))
		}
	case Publish:
		err := s.Publish(o.Account, o.Data)
		if err != nil && !s.unheard {
			s.Tell(Alarm, fmt.Sprintf("strategies cannot be told, and hear nothing until this is over: %v", err))
		}
		s.unheard = err != nil
	case Reconnect:
		s.Link.Reconnect(o.Text)
	default:
		s.Tell(o.Kind, o.Text)
	}
}

// end closes the record of a run.
func (s *Shell) end(cause error) error {
	mark := s.Core.Hash().String()
	if _, err := s.Journal.Append(KindMark, []byte(mark)); err != nil {
		return errors.Join(cause, fmt.Errorf("%w: %w", ErrJournal, err))
	}
	return errors.Join(cause, s.Journal.Sync())
}
