package engine

import "slices"

// deskVersion is of the form below; the state of another version is refused.
const deskVersion = 3

// AppendState appends everything the Desk knows to b, so that another one can go on
// exactly where this one stands.
func (d *Desk) AppendState(b []byte) []byte {
	p := pack{b: b, writing: true}
	s := d.save()
	s.pack(&p)
	return p.b
}

// RestoreState makes a new Desk what AppendState saw. The universe may number the
// instruments differently; what concerns one that it lacks, or one of those named in
// other, whose ticks or points are not what they were, is dropped (see move). The error
// is ErrMessage, and then the Desk is as it was.
func (d *Desk) RestoreState(b []byte, other ...string) error {
	var s deskState
	if err := read(b, s.pack); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	s.move(d.cfg.Universe, other)
	d.load(&s)
	return nil
}

// deskState is a Desk in lists: orders are named by their numbers, never pointed to.
type deskState struct {
	version                 int
	keys                    []string // of the instruments, by number
	members                 []member
	orders                  []Order // ended ones first, oldest first, then open ones in the order of the book
	ended                   int
	refs                    []OrderID // the orders that their refs still name
	relics                  []Order   // orders that the Desk has forgotten and a bracket has not
	brackets                []bracketState
	queue                   []Request
	nextID                  OrderID
	nextOCO                 OCO
	timer, retryID          uint64
	waitID, pnlID           uint64
	pnlEvery                Time
	pnlLast                 PnL
	hash                    Hash
	faults, overruns        uint64
	now                     Time
	tops                    []Top
	nets                    []Holding
	unreal                  []Money
	reserved                int
	start, realized, fees   Money
	unrealized, base        Money
	sessionOpen, sessionEnd Time
	sessionDate             int
	mode                    Mode
	why, offline            string
	unlinked                bool
}

// bracketState is a bracket; an order that is not there is 0.
type bracketState struct {
	bracket
	entryID, stopID, limitID, closingID OrderID
	names                               []OrderID // the orders under which it is known
}

func (d *Desk) save() deskState {
	b := &d.book
	s := deskState{
		version: deskVersion, members: d.members, ended: len(d.ended), nextID: d.nextID, nextOCO: d.nextOCO, timer: d.timer,
		retryID: d.retryID, waitID: d.waitID, pnlID: d.pnlID, pnlEvery: d.pnlEvery, pnlLast: d.pnlLast, hash: d.hash, faults: d.faults, overruns: d.overruns, now: b.now, tops: b.tops,
		nets: b.nets, unreal: b.unreal, reserved: b.reserved, start: b.start, realized: b.realized, fees: b.fees, unrealized: b.unrealized,
		base: b.base, sessionOpen: b.session.Open, sessionEnd: b.session.Close, sessionDate: b.session.Date, mode: b.mode, why: b.why,
		offline: b.offline, unlinked: b.unlinked,
	}
	for id := range d.cfg.Universe.Len() {
		s.keys = append(s.keys, d.cfg.Universe.Get(InstrumentID(id)).Key)
	}
	for _, o := range d.ended {
		s.orders = append(s.orders, *o)
	}
	for _, list := range b.open {
		for _, o := range list {
			s.orders = append(s.orders, *o)
		}
	}
	for i := range s.orders {
		if o := &s.orders[i]; d.refs[refKey{o.Strategy, o.Ref}] == d.orders[o.ID] {
			s.refs = append(s.refs, o.ID)
		}
	}
	for _, r := range d.queue {
		s.queue = append(s.queue, *r)
	}
	s.saveBrackets(d)
	return s
}

// saveBrackets lists the brackets by their entries, in the order of the orders.
func (s *deskState) saveBrackets(d *Desk) {
	seen := map[*bracket]int{}
	number := func(o *Order) OrderID {
		if o == nil {
			return 0
		}
		return o.ID
	}
	for _, id := range sortedIDs(d.brackets) {
		b := d.brackets[id]
		at, ok := seen[b]
		if !ok {
			at = len(s.brackets)
			seen[b] = at
			s.brackets = append(s.brackets, bracketState{
				bracket: *b, entryID: number(b.entry), stopID: number(b.stop), limitID: number(b.limit), closingID: number(b.closing),
			})
			s.keep(d, b)
		}
		s.brackets[at].names = append(s.brackets[at].names, id)
	}
}

// keep adds orders of a bracket that nothing else remembers: the Desk has forgotten
// them, the bracket has not.
func (s *deskState) keep(d *Desk, b *bracket) {
	for _, o := range []*Order{b.entry, b.stop, b.limit, b.closing} {
		same := func(x Order) bool { return x.ID == o.ID }
		if o != nil && d.orders[o.ID] != o && !slices.ContainsFunc(s.relics, same) {
			s.relics = append(s.relics, *o)
		}
	}
}

func sortedIDs(m map[OrderID]*bracket) []OrderID {
	ids := make([]OrderID, 0, len(m))
	for id := range m { // map order: sorted below
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// check holds the numbers in a state against each other, so that none of them can
// lead outside later.
func (s *deskState) check() error {
	n := len(s.keys)
	switch {
	case s.version != deskVersion:
		return refusedText("the state is of version %d, this program writes %d", s.version, deskVersion)
	case len(s.tops) != len(s.nets) || len(s.nets) != len(s.unreal) || len(s.tops) > n:
		return refusedText("the numbers of instruments do not fit")
	case s.ended < 0 || s.ended > len(s.orders) || s.reserved < 0:
		return refusedText("the numbers of orders do not fit")
	}
	for i, key := range s.keys {
		if slices.Index(s.keys, key) != i {
			return refusedText("instrument %s is there twice", key)
		}
	}
	for i := range s.members {
		if int(s.members[i].Instrument) >= len(s.tops) {
			return refusedText("strategy %s trades an instrument that is not there", s.members[i].Name)
		}
	}
	return s.checkOrders()
}

func (s *deskState) checkOrders() error {
	known := map[OrderID]bool{0: true}
	for i := range s.orders {
		if err := s.checkOrder(&s.orders[i], i < s.ended, known); err != nil {
			return err
		}
	}
	for _, id := range s.refs {
		if !known[id] {
			return refusedText("a name of order %d, which is not there", id)
		}
	}
	for i := range s.queue {
		if r := &s.queue[i]; !known[r.Order] || r.Order == 0 && r.Kind != CancelOrders || int(r.Terms.Instrument) >= len(s.tops) && r.Terms.Instrument != AllInstruments {
			return refusedText("a request about order %d, which is not there", r.Order)
		}
	}
	for i := range s.relics { // known to brackets only
		if err := s.checkOrder(&s.relics[i], true, known); err != nil {
			return err
		}
	}
	for i := range s.brackets {
		b := &s.brackets[i]
		if b.entryID == 0 || !known[b.entryID] || !known[b.stopID] || !known[b.limitID] || !known[b.closingID] {
			return refusedText("a bracket of order %d, whose orders are not there", b.entryID)
		}
	}
	return nil
}

func (s *deskState) checkOrder(o *Order, ended bool, known map[OrderID]bool) error {
	if int(o.Strategy) >= len(s.members) || o.Terms.Instrument != s.members[o.Strategy].Instrument || known[o.ID] || o.ID > s.nextID {
		return refusedText("order %d belongs to nobody, or is there twice", o.ID)
	}
	if o.State.Terminal() != ended {
		return refusedText("order %d stands among the wrong ones", o.ID)
	}
	known[o.ID] = true
	return nil
}

func (d *Desk) load(s *deskState) {
	b := &d.book
	b.grow()
	d.members, d.in = s.members, nil
	for len(d.in) < d.cfg.Universe.Len() {
		d.in = append(d.in, nil)
	}
	for i := range d.members {
		in := d.members[i].Instrument
		d.in[in] = append(d.in[in], StrategyID(i))
	}
	d.nextID, d.nextOCO, d.timer = s.nextID, s.nextOCO, s.timer
	d.retryID, d.waitID, d.pnlID = s.retryID, s.waitID, s.pnlID
	d.pnlEvery, d.pnlLast, d.hash, d.faults, d.overruns = s.pnlEvery, s.pnlLast, s.hash, s.faults, s.overruns
	copy(b.tops, s.tops)
	copy(b.nets, s.nets)
	copy(b.unreal, s.unreal)
	b.now, b.reserved, b.start, b.realized, b.fees = s.now, s.reserved, s.start, s.realized, s.fees
	b.unrealized, b.base, b.session = s.unrealized, s.base, Session{s.sessionOpen, s.sessionEnd, s.sessionDate}
	b.mode, b.why, b.offline, b.unlinked = s.mode, s.why, s.offline, s.unlinked
	d.loadOrders(s)
}

func (d *Desk) loadOrders(s *deskState) {
	for i := range s.orders {
		o := &s.orders[i]
		d.orders[o.ID] = o
		if i < s.ended {
			d.ended = append(d.ended, o)
		} else {
			d.book.add(o)
		}
	}
	for _, id := range s.refs {
		o := d.orders[id]
		d.refs[refKey{o.Strategy, o.Ref}] = o
	}
	for i := range s.queue {
		d.queue = append(d.queue, &s.queue[i])
	}
	d.loadBrackets(s)
}

func (d *Desk) loadBrackets(s *deskState) {
	relics := map[OrderID]*Order{}
	for i := range s.relics {
		relics[s.relics[i].ID] = &s.relics[i]
	}
	order := func(id OrderID) *Order {
		if o := d.orders[id]; o != nil {
			return o
		}
		return relics[id]
	}
	for i := range s.brackets {
		x := &s.brackets[i]
		b := x.bracket
		b.entry, b.stop, b.limit, b.closing = order(x.entryID), order(x.stopID), order(x.limitID), order(x.closingID)
		for _, id := range x.names {
			d.brackets[id] = &b
		}
	}
}
