package bias

import (
	"time"

	"tollgate/engine"
)

// maxMarks bounds the times a Survey keeps.
const maxMarks = 1 << 13

// Silence is a stretch of an open session without an event of an instrument.
type Silence struct {
	Instrument engine.InstrumentID
	From       engine.Time
	Length     time.Duration // the longest there is
	Usual      time.Duration // between two events of the instrument, on average, in open sessions
}

// Survey looks over a recording while it is played: where to cut it, which events
// share a time, where it is silent.
type Survey struct {
	// Ties are the moments with events of several instruments; Mixed those with a
	// quote and a trade of one instrument, in a row.
	Ties, Mixed int64

	u         *engine.Universe
	marks     []engine.Time // of every stride-th event
	stride    int64
	seen      int64
	last      engine.Quote
	tied, mix bool
	silences  []silence
}

// silence follows one instrument.
type silence struct {
	Silence
	last, closes engine.Time
	open         time.Duration
	steps        int64
}

// NewSurvey returns an empty Survey of the instruments of u.
func NewSurvey(u *engine.Universe) *Survey { return &Survey{u: u, stride: 1} }

// Add takes one event.
func (s *Survey) Add(q *engine.Quote) {
	if s.seen%s.stride == 0 {
		s.mark(q.At)
	}
	if s.seen > 0 && q.At == s.last.At {
		s.tie(q)
	} else {
		s.tied, s.mix = false, false
	}
	s.seen++
	s.last = *q
	s.listen(q)
}

// mark keeps a time; when there are too many, every other one.
func (s *Survey) mark(at engine.Time) {
	s.marks = append(s.marks, at)
	if len(s.marks) < maxMarks {
		return
	}
	for i := range len(s.marks) / 2 {
		s.marks[i] = s.marks[2*i]
	}
	s.marks = s.marks[:len(s.marks)/2]
	s.stride *= 2
}

func (s *Survey) tie(q *engine.Quote) {
	if q.Instrument != s.last.Instrument && !s.tied {
		s.tied = true
		s.Ties++
	}
	if q.Instrument == s.last.Instrument && q.Kind != s.last.Kind && !s.mix {
		s.mix = true
		s.Mixed++
	}
}

// listen follows the silence of an instrument. A pause over the end of a session
// is none.
func (s *Survey) listen(q *engine.Quote) {
	for len(s.silences) <= int(q.Instrument) {
		s.silences = append(s.silences, silence{last: engine.NoTime, closes: engine.NoTime})
	}
	x := &s.silences[q.Instrument]
	if q.At >= x.closes {
		x.closes = s.u.Get(q.Instrument).Calendar.At(q.At).Close
		x.last = q.At
		return
	}
	d := q.At.Sub(x.last)
	x.open += d
	x.steps++
	if d > x.Length {
		x.Silence = Silence{Instrument: q.Instrument, From: x.last, Length: d}
	}
	x.last = q.At
}

// Fraction returns the time of the event k/n of the way through the recording, by
// the count of events, about; NoTime when there are none. 0 <= k <= n, n > 0.
func (s *Survey) Fraction(k, n int) engine.Time {
	if len(s.marks) == 0 {
		return engine.NoTime
	}
	return s.marks[min(len(s.marks)*k/n, len(s.marks)-1)]
}

// Silences are the longest silences of the instruments, by their numbers.
func (s *Survey) Silences() []Silence {
	var list []Silence
	for i := range s.silences {
		x := s.silences[i]
		if x.Length > 0 {
			x.Usual = x.open / time.Duration(x.steps)
			list = append(list, x.Silence)
		}
	}
	return list
}
