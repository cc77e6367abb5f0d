package bias

import (
	"tollgate/engine"
	"tollgate/sim"
)

// maxGroup bounds how many events of one time are held; a longer row of them is
// arranged piece by piece.
const maxGroup = 1 << 16

// Arranged is a source whose events of one time come in another order.
type Arranged struct {
	src     sim.Source
	arrange func(group []engine.Quote)
	group   []engine.Quote
	next    int
	ahead   engine.Quote // read already, of a later time
	has     bool
	err     error // of the source, told after what came before it
}

// Shuffle orders the events of one time anew, by a seed, across instruments. The
// events of one instrument keep their order, which is meaningful.
func Shuffle(src sim.Source, seed uint64) *Arranged {
	s := &shuffler{state: seed}
	return &Arranged{src: src, arrange: s.arrange}
}

// Turn puts, among the events of one instrument and one time, quotes before trades where
// a trade came first, and trades before quotes elsewhere. Each instrument keeps the
// places it had.
func Turn(src sim.Source) *Arranged {
	return &Arranged{src: src, arrange: turn}
}

// Next implements sim.Source.
func (a *Arranged) Next(q *engine.Quote) error {
	if a.next == len(a.group) {
		a.fill()
	}
	if len(a.group) == 0 {
		return a.err
	}
	*q = a.group[a.next]
	a.next++
	return nil
}

// fill reads the next group.
func (a *Arranged) fill() {
	a.group, a.next = a.group[:0], 0
	if a.has {
		a.group, a.has = append(a.group, a.ahead), false
	}
	for a.err == nil && len(a.group) < maxGroup {
		if a.err = a.src.Next(&a.ahead); a.err != nil {
			break
		}
		if len(a.group) > 0 && a.ahead.At != a.group[0].At {
			a.has = true
			break
		}
		a.group = append(a.group, a.ahead)
	}
	if len(a.group) > 1 {
		a.arrange(a.group)
	}
}

// shuffler is the generator SplitMix64 (Steele, Lea and Flood 2014).
type shuffler struct{ state uint64 }

func (s *shuffler) word() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// arrange draws who comes when, then deals each instrument's events out in order.
func (s *shuffler) arrange(group []engine.Quote) {
	places := make([]engine.InstrumentID, len(group))
	for i := range group {
		places[i] = group[i].Instrument
	}
	for i := len(places) - 1; i > 0; i-- {
		j := int(s.word() % uint64(i+1))
		places[i], places[j] = places[j], places[i]
	}
	deal(group, places, group)
}

// turn deals the same places out, the kind that came second first.
func turn(group []engine.Quote) {
	places := make([]engine.InstrumentID, len(group))
	first := map[engine.InstrumentID]bool{} // is a trade
	for i := range group {
		id := group[i].Instrument
		places[i] = id
		if _, seen := first[id]; !seen {
			first[id] = group[i].Kind == engine.TradePrint
		}
	}
	var front, back []engine.Quote
	for i := range group {
		if (group[i].Kind == engine.TradePrint) == first[group[i].Instrument] {
			back = append(back, group[i])
		} else {
			front = append(front, group[i])
		}
	}
	deal(group, places, append(front, back...))
}

// deal fills group with the events of from: at each place the next one of the
// instrument whose place it is.
func deal(group []engine.Quote, places []engine.InstrumentID, from []engine.Quote) {
	by := map[engine.InstrumentID][]engine.Quote{}
	for i := range from {
		id := from[i].Instrument
		by[id] = append(by[id], from[i])
	}
	for i, id := range places {
		group[i] = by[id][0]
		by[id] = by[id][1:]
	}
}
