package engine

import "slices"

// A configuration changes between two runs: a contract rolls, an instrument is added in
// front of others. What the Desk knows is then moved to the new numbers. An instrument
// that is gone takes its strategy instances and orders with it; the profit and loss of
// the session stays, with what was held at its last valuation. So does one whose tick or
// point value is another now, because its prices are counted in ticks that mean something
// else; but what was held of that is known to the broker, who will tell what it cost.

// InUse names the instruments in which the Desk of a state holds something or has open
// orders. The next run needs them, whatever its configuration says. The error is
// ErrMessage.
func InUse(state []byte) ([]string, error) {
	var s deskState
	if err := read(state, s.pack); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	used := make([]bool, len(s.keys))
	for i := range s.members {
		used[s.members[i].Instrument] = used[s.members[i].Instrument] || s.members[i].account.holding.Position != 0
	}
	for i := range s.orders[s.ended:] {
		used[s.orders[s.ended+i].Terms.Instrument] = true
	}
	var keys []string
	for i, key := range s.keys {
		if used[i] {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// gone is the number of what is not there any more.
const gone = -1

// move brings a state from the instruments it was saved with to those of u, without
// the other ones.
func (s *deskState) move(u *Universe, other []string) {
	to, moved := make([]int, len(s.keys)), false
	for i, key := range s.keys {
		to[i] = gone
		if id, ok := u.Lookup(key); ok && !slices.Contains(other, key) {
			to[i] = int(id)
		}
		moved = moved || to[i] != i
	}
	if !moved {
		return
	}
	s.moveMarket(to, u.Len(), other)
	s.moveOrders(to, s.moveMembers(to))
}

// moveMarket moves what is kept by instrument.
func (s *deskState) moveMarket(to []int, n int, other []string) {
	tops, nets, unreal := make([]Top, n), make([]Holding, n), make([]Money, n)
	for i := range tops {
		tops[i] = NewTop()
	}
	for i := range s.tops {
		if to[i] == gone {
			s.unrealized -= s.unreal[i]
			if !slices.Contains(other, s.keys[i]) {
				s.realized += s.unreal[i]
			}
			continue
		}
		tops[to[i]], nets[to[i]], unreal[to[i]] = s.tops[i], s.nets[i], s.unreal[i]
	}
	s.tops, s.nets, s.unreal = tops, nets, unreal
}

// moveMembers drops the strategy instances of instruments that are gone, and returns
// the new numbers of all.
func (s *deskState) moveMembers(to []int) []int {
	ids := make([]int, len(s.members))
	kept := s.members[:0]
	for i, m := range s.members {
		ids[i] = gone
		if in := to[m.Instrument]; in != gone {
			ids[i] = len(kept)
			m.Instrument = InstrumentID(in)
			m.account.trip.Instrument, m.account.trip.Strategy = m.Instrument, StrategyID(ids[i])
			kept = append(kept, m)
		}
	}
	s.members = kept
	return ids
}

// moveOrders moves orders with their strategy instances, and drops what is left of
// those that are gone.
func (s *deskState) moveOrders(to, ids []int) {
	dropped := map[OrderID]bool{}
	keep := func(o *Order) bool {
		id := ids[o.Strategy]
		if id == gone {
			dropped[o.ID] = true
			return false
		}
		o.Strategy, o.Terms.Instrument = StrategyID(id), InstrumentID(to[o.Terms.Instrument])
		return true
	}
	ended, kept := 0, s.orders[:0]
	for i := range s.orders {
		if o := s.orders[i]; keep(&o) {
			kept = append(kept, o)
			if i < s.ended {
				ended++
			}
		}
	}
	s.orders, s.ended = kept, ended
	relics := s.relics[:0]
	for i := range s.relics {
		if o := s.relics[i]; keep(&o) {
			relics = append(relics, o)
		}
	}
	s.relics = relics
	s.refs = slices.DeleteFunc(s.refs, func(id OrderID) bool { return dropped[id] })
	s.queue = slices.DeleteFunc(s.queue, func(r Request) bool { return dropped[r.Order] })
	for i := range s.queue {
		if in := &s.queue[i].Terms.Instrument; *in != AllInstruments {
			*in = InstrumentID(max(to[*in], 0))
		}
	}
	s.brackets = slices.DeleteFunc(s.brackets, func(b bracketState) bool {
		out := dropped[b.entryID] || dropped[b.stopID] || dropped[b.limitID] || dropped[b.closingID]
		if out {
			s.reserved = max(0, s.reserved-b.reserved)
		}
		return out
	})
}
