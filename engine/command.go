package engine

// Publish hands a quote on to the strategies. From the Desk.
type Publish struct{ Quote *Quote }

// Update is one numbered piece of news for one strategy: an order moved, a fill
// happened, an intent was denied. It is a command of the Desk and an event of the
// Runner.
type Update struct {
	At       Time
	Strategy StrategyID
	Seq      uint64 // 1, 2, 3 ... per strategy instance, no gaps
	Order    Order  // as it stands now; for a denied Submit it never existed and ID is 0
	Fill     Fill   // Qty 0 = no fill
	Denial   *Denial
	Holding  Holding // the strategy's position in the instrument, as it stands now
	Account  Balance
}

// Fill is one execution.
type Fill struct {
	Qty   Qty   // contracts, > 0
	Price Price // ticks
	Fee   Money
	Maker bool
	PnL   Money // realised by this fill, before its fee
}

// Holding is a strategy's position in one instrument.
type Holding struct {
	Position Qty   // signed
	Cost     Money // exact signed cost of the open position: sum of price x quantity in money
	Realized Money // since the start, before fees
	Fees     Money // since the start
}

// Balance is an account at one moment.
type Balance struct {
	Cash   Money // start + realised - fees
	Equity Money // Cash + unrealised
}

// PnL is the account's profit and loss, told at intervals. It is a command of
// the Desk and an event of the Runner.
type PnL struct {
	At         Time
	Realized   Money // since the session began, fees taken off
	Unrealized Money
	Balance    Balance
}

// SetTimer asks for a TimerFired at a time, which must not be in the past. From
// either machine; IDs are the machine's own and never used again.
type SetTimer struct {
	At Time
	ID uint64
}

// Log is a line for the record. From the Runner.
type Log struct {
	At       Time
	Strategy StrategyID
	Text     string
}

// Halt says that a strategy has stopped for good, and why. From the Runner.
type Halt struct {
	At       Time
	Strategy StrategyID
	Reason   string
}

// Version says that another version of a strategy's program took over. From the
// Runner.
type Version struct {
	At       Time
	Strategy StrategyID
	Hash     string // of the source that runs from now on
	Rollback string // why the version before came back; empty = a new version
}

func (*Version) command()  {}
func (*Snapshot) command() {}
func (*Publish) command()  {}
func (*Send) command()     {}
func (*Update) command()   {}
func (*PnL) command()      {}
func (*Intent) command()   {}
func (*SetTimer) command() {}
func (*Log) command()      {}
func (*Halt) command()     {}

// Fold implements Command.
func (c *Publish) Fold(h *Hash) {
	q := c.Quote
	h.Word(uint64(q.At))
	h.Word(1 | uint64(q.Kind)<<8 | uint64(q.Instrument)<<16)
	h.Word(uint64(q.Bid))
	h.Word(uint64(q.Ask))
	h.Word(uint64(q.Last))
	h.Word(uint64(q.BidSize))
	h.Word(uint64(q.AskSize))
	h.Word(uint64(q.LastSize))
	h.Word(uint64(q.Volume))
}

// Fold implements Command.
func (s *Send) Fold(h *Hash) {
	h.Word(2)
	s.request.fold(h)
}

// Fold implements Command.
func (u *Update) Fold(h *Hash) {
	h.Word(3 | uint64(u.Strategy)<<8)
	h.Word(uint64(u.At))
	h.Word(u.Seq)
	u.Order.fold(h)
	u.Fill.fold(h)
	h.Flag(u.Denial != nil)
	if u.Denial != nil {
		h.Text(string(u.Denial.Code))
		h.Text(u.Denial.Limit)
		h.Text(u.Denial.Value)
		h.Text(u.Denial.Text)
		h.Word(uint64(u.Denial.Retry))
	}
	u.Holding.fold(h)
	u.Account.fold(h)
}

func (f *Fill) fold(h *Hash) {
	h.Word(uint64(f.Qty))
	h.Word(uint64(f.Price))
	h.Word(uint64(f.Fee))
	h.Flag(f.Maker)
	h.Word(uint64(f.PnL))
}

func (p *Holding) fold(h *Hash) {
	h.Word(uint64(p.Position))
	h.Word(uint64(p.Cost))
	h.Word(uint64(p.Realized))
	h.Word(uint64(p.Fees))
}

func (b *Balance) fold(h *Hash) {
	h.Word(uint64(b.Cash))
	h.Word(uint64(b.Equity))
}

// Fold implements Command.
func (p *PnL) Fold(h *Hash) {
	h.Word(4)
	h.Word(uint64(p.At))
	h.Word(uint64(p.Realized))
	h.Word(uint64(p.Unrealized))
	p.Balance.fold(h)
}

// Fold implements Command.
func (i *Intent) Fold(h *Hash) {
	h.Word(5 | uint64(i.Kind)<<8 | uint64(i.Strategy)<<16)
	h.Word(uint64(i.At))
	h.Word(i.Seq)
	h.Word(uint64(i.Ref))
	i.Terms.fold(h)
	h.Word(uint64(i.StopLoss))
	h.Word(uint64(i.Target))
	h.Word(uint64(i.Cause))
}

// Fold implements Command.
func (s *SetTimer) Fold(h *Hash) {
	h.Word(6)
	h.Word(uint64(s.At))
	h.Word(s.ID)
}

// Fold implements Command.
func (l *Log) Fold(h *Hash) {
	h.Word(7 | uint64(l.Strategy)<<8)
	h.Word(uint64(l.At))
	h.Text(l.Text)
}

// Fold implements Command. The reason is left out: it is text for people, and an
// interpreted and a compiled strategy describe the same fault differently.
func (c *Halt) Fold(h *Hash) {
	h.Word(8 | uint64(c.Strategy)<<8)
	h.Word(uint64(c.At))
}

// Fold implements Command. The reason is left out, as in Halt.
func (v *Version) Fold(h *Hash) {
	h.Word(9 | uint64(v.Strategy)<<8)
	h.Word(uint64(v.At))
	h.Text(v.Hash)
	h.Flag(v.Rollback != "")
}

func (t *Terms) fold(h *Hash) {
	h.Word(uint64(t.Instrument) | uint64(uint8(t.Side))<<16 | uint64(t.Type)<<24 | uint64(t.TIF)<<32)
	h.Word(uint64(t.Qty))
	h.Word(uint64(t.Limit))
	h.Word(uint64(t.Stop))
	h.Word(uint64(t.OCO))
}

// Fold implements Command.
func (s *Snapshot) Fold(h *Hash) {
	h.Word(10 | uint64(s.Strategy)<<8)
	h.Word(uint64(s.At))
	h.Word(s.Intents)
	h.Word(s.Updates)
	h.Word(uint64(s.Ref))
	s.Holding.fold(h)
	s.Account.fold(h)
	h.Word(uint64(len(s.Orders)))
	for i := range s.Orders {
		s.Orders[i].fold(h)
	}
}
