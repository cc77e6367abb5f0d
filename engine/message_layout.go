package engine

func (q *Quote) pack(p *pack) {
	num(p, &q.At)
	num(p, &q.Instrument)
	limited(p, &q.Kind, TradePrint+1)
	num(p, &q.Bid)
	num(p, &q.Ask)
	num(p, &q.Last)
	num(p, &q.BidSize)
	num(p, &q.AskSize)
	num(p, &q.LastSize)
	num(p, &q.Volume)
}

func (i *Intent) pack(p *pack) {
	num(p, &i.At)
	num(p, &i.Strategy)
	num(p, &i.Seq)
	num(p, &i.Kind) // the Desk counts and drops kinds it does not know
	num(p, &i.Ref)
	i.Terms.pack(p)
	num(p, &i.StopLoss)
	num(p, &i.Target)
	num(p, &i.Cause)
}

func (t *Terms) pack(p *pack) {
	num(p, &t.Instrument)
	num(p, &t.Side)
	num(p, &t.Type)
	num(p, &t.TIF)
	num(p, &t.Qty)
	num(p, &t.Limit)
	num(p, &t.Stop)
	num(p, &t.OCO)
}

func (r *Report) pack(p *pack) {
	num(p, &r.At)
	num(p, &r.Order)
	limited(p, &r.Kind, reportKinds)
	p.flag(&r.Maker)
	num(p, &r.Qty)
	num(p, &r.Leaves)
	num(p, &r.Price)
	num(p, &r.Limit)
	num(p, &r.Stop)
	num(p, &r.Fee)
	text(p, &r.Reason)
}

func (o *Order) pack(p *pack) {
	num(p, &o.ID)
	num(p, &o.Ref)
	num(p, &o.Parent)
	num(p, &o.Strategy)
	limited(p, &o.Class, classes)
	o.Terms.pack(p)
	limited(p, &o.State, orderStates)
	num(p, &o.Filled)
	num(p, &o.Notional)
	num(p, &o.Fees)
	num(p, &o.Sent)
	num(p, &o.Ended)
	text(p, &o.Reason)
	p.flag(&o.recalled)
	num(p, &o.balks)
	num(p, &o.wanted)
	p.flag(&o.overtaken)
	num(p, &o.pendingQty)
}

func (u *Update) pack(p *pack) {
	num(p, &u.At)
	num(p, &u.Strategy)
	num(p, &u.Seq)
	u.Order.pack(p)
	u.Fill.pack(p)
	denied := u.Denial != nil
	p.flag(&denied)
	if denied {
		if u.Denial == nil {
			u.Denial = &Denial{}
		}
		u.Denial.pack(p)
	}
	u.Holding.pack(p)
	u.Account.pack(p)
}

func (d *Denial) pack(p *pack) {
	text(p, &d.Code)
	text(p, &d.Limit)
	text(p, &d.Value)
	text(p, &d.Text)
	num(p, &d.Retry)
}

func (f *Fill) pack(p *pack) {
	num(p, &f.Qty)
	num(p, &f.Price)
	num(p, &f.Fee)
	p.flag(&f.Maker)
	num(p, &f.PnL)
}

func (h *Holding) pack(p *pack) {
	num(p, &h.Position)
	num(p, &h.Cost)
	num(p, &h.Realized)
	num(p, &h.Fees)
}

func (b *Balance) pack(p *pack) {
	num(p, &b.Cash)
	num(p, &b.Equity)
}

func (l *PnL) pack(p *pack) {
	num(p, &l.At)
	num(p, &l.Realized)
	num(p, &l.Unrealized)
	l.Balance.pack(p)
}

func (t *TimerFired) pack(p *pack) {
	num(p, &t.At)
	num(p, &t.ID)
}

func (l *LinkChange) pack(p *pack) {
	num(p, &l.At)
	limited(p, &l.State, linkStates)
	text(p, &l.Reason)
}

func (f *Phase) pack(p *pack) {
	num(p, &f.At)
	num(p, &f.Strategy)
	p.flag(&f.Begin)
}

func (m *ModeChange) pack(p *pack) {
	num(p, &m.At)
	limited(p, &m.Mode, modes)
	text(p, &m.Reason)
}

func (a *Adoption) pack(p *pack) {
	num(p, &a.At)
	a.Terms.pack(p)
	num(p, &a.Filled)
	num(p, &a.Notional)
	p.flag(&a.Open)
	text(p, &a.Cause)
}

func (f *Funds) pack(p *pack) {
	num(p, &f.At)
	num(p, &f.Cash)
}

func (r *Recall) pack(p *pack) {
	num(p, &r.At)
	p.flag(&r.Flatten)
}

func (u *Unsent) pack(p *pack) {
	num(p, &u.At)
	u.Request.pack(p)
}

func (r *Resync) pack(p *pack) {
	num(p, &r.At)
	num(p, &r.Strategy)
}

func (s *Snapshot) pack(p *pack) {
	num(p, &s.At)
	num(p, &s.Strategy)
	num(p, &s.Intents)
	num(p, &s.Updates)
	num(p, &s.Ref)
	s.Holding.pack(p)
	s.Account.pack(p)
	list(p, &s.Orders, func(p *pack, o *Order) { o.pack(p) })
}

func (l *Log) pack(p *pack) {
	num(p, &l.At)
	num(p, &l.Strategy)
	text(p, &l.Text)
}

func (c *Halt) pack(p *pack) {
	num(p, &c.At)
	num(p, &c.Strategy)
	text(p, &c.Reason)
}

func (v *Version) pack(p *pack) {
	num(p, &v.At)
	num(p, &v.Strategy)
	text(p, &v.Hash)
	text(p, &v.Rollback)
}
