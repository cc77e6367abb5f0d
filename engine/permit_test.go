package engine

import (
	"strings"
	"testing"
)

// requests are one request and every way to alter it.
func requests() (Request, map[string]Request) {
	r := Request{At: 5, Kind: PlaceOrder, Order: 7, Class: ClassEntry, Terms: Terms{Side: Buy, Type: Limit, Qty: 2, Limit: 100, Stop: NoPrice}}
	altered := map[string]Request{}
	for name, change := range map[string]func(*Request){
		"at": func(r *Request) { r.At++ }, "kind": func(r *Request) { r.Kind = ChangeOrder }, "order": func(r *Request) { r.Order++ },
		"class": func(r *Request) { r.Class = ClassFlatten }, "instrument": func(r *Request) { r.Terms.Instrument++ },
		"side": func(r *Request) { r.Terms.Side = Sell }, "type": func(r *Request) { r.Terms.Type = Market },
		"tif": func(r *Request) { r.Terms.TIF = GTC }, "qty": func(r *Request) { r.Terms.Qty++ }, "limit": func(r *Request) { r.Terms.Limit++ },
		"stop": func(r *Request) { r.Terms.Stop = 1 }, "oco": func(r *Request) { r.Terms.OCO++ },
	} {
		x := r
		change(&x)
		altered[name] = x
	}
	return r, altered
}

func TestPermitCoversOneRequest(t *testing.T) {
	r, altered := requests()
	if (Permit{}).Covers(&r) || (Permit{digest: r.digest()}).Covers(&r) {
		t.Error("a permit that nobody granted covers a request")
	}
	p := Grant(&r)
	if !p.Covers(&r) {
		t.Fatal("a permit does not cover its own request")
	}
	if s, err := NewSend(r, p); err != nil {
		t.Error(err)
	} else if got, err := s.Request(); err != nil || got != r {
		t.Errorf("opened: %+v, %v", got, err)
	}
	for name, x := range altered {
		if p.Covers(&x) {
			t.Errorf("%s altered, and still covered", name)
		}
		if s, err := NewSend(x, p); err == nil || s != nil {
			t.Errorf("%s altered, and still sent", name)
		}
		if _, err := (&Send{x, p}).Request(); err == nil {
			t.Errorf("%s altered after the permit, and still opened", name)
		}
	}
	if _, err := (&Send{}).Request(); err == nil {
		t.Error("a zero Send opens")
	}
}

// TestHashSeesEveryContent: two commands that differ in one content differ in
// their digest.
func TestHashSeesEveryContent(t *testing.T) {
	quote := Quote{At: 1, Kind: TradePrint, Bid: 1, Ask: 2, Last: 3, BidSize: 4, AskSize: 5, LastSize: 6, Volume: 7}
	order := Order{ID: 1, Ref: 2, State: Working, Terms: Terms{Side: Buy, Qty: 3, Limit: NoPrice, Stop: NoPrice}}
	update := Update{At: 1, Strategy: 1, Seq: 2, Order: order, Fill: Fill{Qty: 1, Price: 2, Fee: 3, PnL: 4}}
	var all []Command
	all = append(all, quotes(quote)...)
	all = append(all, updates(update)...)
	_, altered := requests()
	for _, r := range altered {
		all = append(all, &Send{request: r})
	}
	all = append(all,
		&PnL{}, &PnL{At: 1}, &PnL{Realized: 1}, &PnL{Unrealized: 1}, &PnL{Balance: Balance{Cash: 1}}, &PnL{Balance: Balance{Equity: 1}},
		&Intent{}, &Intent{At: 1}, &Intent{Strategy: 1}, &Intent{Seq: 1}, &Intent{Kind: Amend}, &Intent{Ref: 1}, &Intent{Terms: Terms{Qty: 1}},
		&Intent{StopLoss: 1}, &Intent{Target: 1}, &Intent{Cause: 1},
		&SetTimer{}, &SetTimer{At: 1}, &SetTimer{ID: 1},
		&Log{}, &Log{At: 1}, &Log{Strategy: 1}, &Log{Text: "a"}, &Log{Text: "a\x00"}, &Log{Text: "12345678"}, &Log{Text: "12345678a"},
		&Halt{}, &Halt{At: 1}, &Halt{Strategy: 1},
		&Version{}, &Version{At: 1}, &Version{Strategy: 1}, &Version{Hash: "a"}, &Version{Rollback: "a"},
	)
	seen := map[Hash]int{}
	for i, c := range all {
		h := NewHash()
		c.Fold(&h)
		if j, twice := seen[h]; twice {
			t.Errorf("one digest for\n%T %+v and\n%T %+v", c, c, all[j], all[j])
		}
		seen[h] = i
	}
}

func quotes(q Quote) []Command {
	list := []Command{&Publish{&q}}
	for _, change := range []func(*Quote){
		func(q *Quote) { q.At++ }, func(q *Quote) { q.Instrument++ }, func(q *Quote) { q.Kind = QuoteChange }, func(q *Quote) { q.Bid++ },
		func(q *Quote) { q.Ask++ }, func(q *Quote) { q.Last++ }, func(q *Quote) { q.BidSize++ }, func(q *Quote) { q.AskSize++ },
		func(q *Quote) { q.LastSize++ }, func(q *Quote) { q.Volume++ }, func(q *Quote) { q.BidSize = UnknownQty },
		func(q *Quote) { q.AskSize = UnknownQty }, func(q *Quote) { q.LastSize = UnknownQty }, func(q *Quote) { q.Volume = UnknownQty },
	} {
		x := q
		change(&x)
		list = append(list, &Publish{&x})
	}
	return list
}

func updates(u Update) []Command {
	list := []Command{&u}
	for _, change := range []func(*Update){
		func(u *Update) { u.At++ }, func(u *Update) { u.Strategy++ }, func(u *Update) { u.Seq++ }, func(u *Update) { u.Order.ID++ },
		func(u *Update) { u.Order.Ref++ }, func(u *Update) { u.Order.Parent++ }, func(u *Update) { u.Order.Class++ },
		func(u *Update) { u.Order.Terms.Qty++ }, func(u *Update) { u.Order.State = Dead }, func(u *Update) { u.Order.Filled++ },
		func(u *Update) { u.Order.Notional++ }, func(u *Update) { u.Order.Fees++ }, func(u *Update) { u.Order.Sent++ },
		func(u *Update) { u.Order.Ended++ }, func(u *Update) { u.Order.Reason = "x" }, func(u *Update) { u.Fill.Qty++ },
		func(u *Update) { u.Fill.Price++ }, func(u *Update) { u.Fill.Fee++ }, func(u *Update) { u.Fill.Maker = true },
		func(u *Update) { u.Fill.PnL++ }, func(u *Update) { u.Denial = &Denial{} }, func(u *Update) { u.Denial = &Denial{Code: "a"} },
		func(u *Update) { u.Denial = &Denial{Limit: "a"} }, func(u *Update) { u.Denial = &Denial{Value: "a"} },
		func(u *Update) { u.Denial = &Denial{Text: "a"} }, func(u *Update) { u.Denial = &Denial{Retry: 1} },
		func(u *Update) { u.Holding.Position++ }, func(u *Update) { u.Holding.Cost++ }, func(u *Update) { u.Holding.Realized++ },
		func(u *Update) { u.Holding.Fees++ }, func(u *Update) { u.Account.Cash++ }, func(u *Update) { u.Account.Equity++ },
	} {
		x := u
		change(&x)
		list = append(list, &x)
	}
	return list
}

func TestHashOrderMatters(t *testing.T) {
	a, b := NewHash(), NewHash()
	a.Word(1)
	a.Word(2)
	b.Word(2)
	b.Word(1)
	if a == b || len(a.String()) != 16 {
		t.Errorf("%v and %v", a, b)
	}
}

func TestDenialIsAnError(t *testing.T) {
	d := &Denial{Code: "max_order", Limit: "2", Value: "3", Text: "too large"}
	if got := d.Error(); !strings.Contains(got, "max_order") || !strings.Contains(got, "limit 2, would be 3") {
		t.Error(got)
	}
}
