package tune

import (
	"fmt"
	"strconv"
	"strings"

	"tollgate/engine"
)

// Span is a stretch of time, From <= t < To.
type Span struct{ From, To engine.Time }

// Sessions gathers the trading days in which a recording has events. The zero
// value and a calendar are ready for Add.
type Sessions struct {
	Calendar *engine.Calendar // nil = UTC days
	list     []Session
	close    engine.Time
}

// Session is a trading day of a recording. A break before it belongs to it, so the
// spans of consecutive sessions leave no event out.
type Session struct {
	Date int // yyyymmdd
	Span
}

// Add takes the time of the next event; times do not go back.
func (s *Sessions) Add(at engine.Time) {
	if len(s.list) > 0 && at < s.close {
		return
	}
	day := s.Calendar.At(at)
	s.close = day.Close
	s.list = append(s.list, Session{day.Date, Span{at, day.Close}})
}

// List returns the sessions so far.
func (s *Sessions) List() []Session { return s.list }

// Window is one step of a walk: optimise on Train, then run on Test. Warm is where
// the test run begins, so that indicators are ready when Test begins; it lies
// before or at Test.From, and what it sees was in Train.
type Window struct {
	Train, Test   Span
	Warm          engine.Time
	First, Last   int // dates of Test
	TrainSessions int
	TestSessions  int
}

// Windows cuts sessions into windows: train sessions, then test sessions, moving on
// by test, so that no session is tested twice. Anchored windows all begin with the
// first session. The last test may be shorter. An error says how many sessions are
// missing for the first window.
func Windows(list []Session, train, test, warm int, anchored bool) ([]Window, error) {
	switch {
	case train < 1 || test < 1:
		return nil, fmt.Errorf("train and test take one session at least, as in 5d")
	case len(list) < train+1:
		return nil, fmt.Errorf("the feed has %s: training on %d needs one more at least to test on", plural(len(list), "session"), train)
	}
	var out []Window
	for at := train; at < len(list); at += test {
		from := at - train
		if anchored {
			from = 0
		}
		end := min(at+test, len(list))
		out = append(out, Window{
			Train: Span{list[from].From, list[at-1].To}, Test: Span{list[at].From, list[end-1].To},
			Warm:  list[max(at-warm, from)].From,
			First: list[at].Date, Last: list[end-1].Date, TrainSessions: at - from, TestSessions: end - at,
		})
	}
	return out, nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// ParseSessions reads a number of sessions: 5d, or 5.
func ParseSessions(text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSuffix(text, "d"))
	if err != nil || n < 0 || n > 1_000_000 {
		return 0, fmt.Errorf("%s: give a number of sessions such as 5d", text)
	}
	return n, nil
}

// Efficiency is Pardo's walk-forward efficiency: net profit a session out of sample
// over net profit a session in sample. NaN where the sample made no profit.
func Efficiency(out, in engine.Money, outSessions, inSessions int) Number {
	if in <= 0 || inSessions == 0 || outSessions == 0 {
		return nan
	}
	return Number((out.Float() / float64(outSessions)) / (in.Float() / float64(inSessions)))
}
