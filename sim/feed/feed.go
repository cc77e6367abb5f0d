package feed

import (
	"errors"
	"fmt"
	"io"
	"time"

	"tollgate/engine"
)

// Source yields market events in order of time.
type Source interface {
	// Next fills *q with the next event. It returns io.EOF at the end, and any
	// other error at the first row that cannot be used; *q is then unspecified.
	// After an error every further call returns an error.
	Next(q *engine.Quote) error
	// Close releases what the source holds open. Only the first call matters.
	Close() error
}

// Sink takes market events in order of time: Writer and CSVWriter.
type Sink interface {
	Write(q *engine.Quote) error
	// Flush hands everything written so far on, in a form that can be read.
	Flush() error
	// Close completes the output. Without it the output lacks its end.
	Close() error
}

// Resolve turns an instrument's name as a file spells it into its canonical key
// and the facts of its root.
type Resolve func(name string) (key string, spec engine.Spec, err error)

// Clock says which of a record's two times an event is stamped with.
type Clock uint8

// The clocks of formats that carry two.
const (
	EventTime   Clock = iota // when it happened at the exchange
	ReceiveTime              // when the vendor's capture server received it
)

// Options says how to read a file. Universe and Resolve are needed; the zero
// value of everything else is the default.
type Options struct {
	// Universe receives every instrument met.
	Universe *engine.Universe
	// Resolve is asked once per name. Its error ends the reading, wrapped with
	// file and row. For a recording, which describes its instruments itself, it
	// may be nil, and what it does not know is taken from the recording.
	Resolve Resolve
	// Instruments keeps only these canonical keys; empty = all. An instrument
	// that cannot be resolved and is not named here is then left out, not an error.
	Instruments []string
	// From and To keep From <= t < To; 0 = unbounded. Reading stops at To: what
	// is wrong with later rows goes unseen.
	From, To engine.Time
	// SkipBad counts bad rows in the Tally and goes on, and takes a torn tail for
	// the end. Otherwise the first bad row and a torn tail are errors.
	SkipBad bool

	// Name is the instrument of a file that does not say it (NinjaTrader), or
	// says it in a form of its own (a Databento file of one symbol).
	Name string
	// Zone is the zone of local times (NinjaTrader); nil is an error there.
	Zone *time.Location
	// Clock chooses between the times of a Databento record.
	Clock Clock
}

// MaxMessages is how many bad rows a Tally describes; all are counted.
const MaxMessages = 5

// Tally is what a reader has met so far besides events.
type Tally struct {
	Rows      int64    // rows, lines or records looked at, headers apart
	Bad       int64    // rows left out because they are unusable (SkipBad)
	Messages  []string // the first MaxMessages of them
	Unchanged int64    // book updates that say nothing new about the top (Databento)
	Skipped   int64    // records of kinds that are no market event (Databento)
	Torn      bool     // the end is missing in the middle of a row or block
	Unclosed  bool     // a recording's writer never closed it; all it flushed is there
}

func (t *Tally) add(u Tally) {
	t.Rows += u.Rows
	t.Bad += u.Bad
	t.Unchanged += u.Unchanged
	t.Skipped += u.Skipped
	t.Torn = t.Torn || u.Torn
	t.Unclosed = t.Unclosed || u.Unclosed
	room := MaxMessages - len(t.Messages)
	t.Messages = append(t.Messages, u.Messages[:min(room, len(u.Messages))]...)
}

// TallyOf returns the tally of a source of this package, up to now; that of a
// merged source is the sum. Other sources have an empty one.
func TallyOf(s Source) Tally {
	if t, ok := s.(interface{ tallied() Tally }); ok {
		return t.tallied()
	}
	return Tally{}
}

// Errors for errors.Is.
var (
	// ErrTimeOrder marks a row that is earlier than the one before it.
	ErrTimeOrder = errors.New("time goes back")
	// ErrFormat marks a file that is not what it should be.
	ErrFormat = errors.New("not a known form of market data")
	// ErrTorn marks a file that ends in the middle. All that came before was yielded.
	ErrTorn = errors.New("the file ends in the middle")
	// ErrValue marks a field whose content is no value of its column.
	ErrValue = errors.New("bad value")
)

// RowError is a row of a file that cannot be used. It wraps the reason.
type RowError struct {
	File   string
	Unit   string // what Row counts: "line", "record" or "row"
	Row    int64  // 1-based; lines of text count the header
	Column string // empty = the row as a whole
	Err    error
}

// Error names file, row and column.
func (e *RowError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("%s: %s %d: %v", e.File, e.Unit, e.Row, e.Err)
	}
	return fmt.Sprintf("%s: %s %d: column %s: %v", e.File, e.Unit, e.Row, e.Column, e.Err)
}

// Unwrap gives the reason.
func (e *RowError) Unwrap() error { return e.Err }

// TornError is a file that ends in the middle of a row, record or block. It is
// ErrTorn for errors.Is.
type TornError struct {
	File   string
	Offset int64 // where the incomplete part begins, in bytes after decompression
	Err    error // what the reader met there, if anything
}

// Error says what is still good.
func (e *TornError) Error() string {
	text := fmt.Sprintf("%s: %v: everything before byte %d is good, the rest is incomplete", e.File, ErrTorn, e.Offset)
	if e.Err != nil && !errors.Is(e.Err, io.EOF) && !errors.Is(e.Err, io.ErrUnexpectedEOF) {
		text += ": " + e.Err.Error()
	}
	return text
}

// Is makes every TornError an ErrTorn.
func (e *TornError) Is(target error) bool { return target == ErrTorn }

// Unwrap gives what the reader met, never io.EOF: a torn file has no proper end.
func (e *TornError) Unwrap() error {
	if errors.Is(e.Err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return e.Err
}

func valueError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrValue, fmt.Sprintf(format, args...))
}

func formatError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}
