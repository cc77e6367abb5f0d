package gateway

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/engine/journal"
	"tollgate/sim/fakebridge/broker"

	"github.com/shopspring/decimal"
)

// TestFillsAreExact: whatever the broker's average price is rounded to, the money of
// the fills is the money of the executions, and no price is more than a tick away
// from the average of what is new.
func TestFillsAreExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t)
		r.connect()
		r.buy(1, 3, 18_900)
		r.placed()
		a := r.core.accounts[0]
		tk, in := a.open[0], r.u.Get(0)
		digits := rapid.SampledFrom([]int32{6, 8, 10, 13}).Draw(rt, "digits")
		qty, money := int64(0), int64(0)
		for range rapid.IntRange(1, 3).Draw(rt, "executions") {
			p := rapid.Int64Range(18_800, 18_900).Draw(rt, "price")
			qty, money = qty+1, money+p
			if qty < 3 && rapid.Bool().Draw(rt, "unseen") {
				continue // the broker is not asked between two executions
			}
			average := decimal.NewFromInt(money).Mul(in.TickDecimal()).Div(decimal.NewFromInt(qty)).Round(digits)
			o := bridge.OrderFacts{ID: "ab", State: bridge.PartFilled, Qty: 3, Filled: engine.Qty(qty), Average: average, Limit: 18_900, Stop: engine.NoPrice}
			if qty == 3 {
				o.State = bridge.Filled
			}
			r.core.absorb(a, tk, &o, r.now)
			r.core.absorb(a, tk, &o, r.now) // told twice
			known, _ := r.core.Desk(0).Order(tk.id)
			if int64(known.Filled) != qty || known.Notional != money {
				rt.Fatalf("%d for %d, want %d for %d", known.Filled, known.Notional, qty, money)
			}
		}
	})
}

func TestNotionalOf(t *testing.T) {
	in := newUniverse(t).Get(0)
	for _, x := range []struct {
		average string
		qty     engine.Qty
		ticks   int64
		exact   bool
	}{
		{"4750.25", 2, 38_002, true},
		{"4750.0833333333", 3, 57_001, true},
		{"4750.08", 3, 57_001, false}, // 0.04 ticks off
		{"4750.1", 1, 19_000, false},
		{"0", 0, 0, true},
		{"-37.63", 1, -151, false},
		{"-37.5", 2, -300, true},
	} {
		n, ok := notionalOf(in, decimal.RequireFromString(x.average), x.qty)
		if n != x.ticks || ok != x.exact {
			t.Errorf("%s x %d is %d, exact %v; want %d, %v", x.average, x.qty, n, ok, x.ticks, x.exact)
		}
	}
	for _, x := range []struct{ a, b, want int64 }{{7, 2, 3}, {-7, 2, -4}, {-8, 2, -4}, {0, 3, 0}} {
		if got := floorDiv(x.a, x.b); got != x.want {
			t.Errorf("%d / %d is %d, want %d", x.a, x.b, got, x.want)
		}
	}
}

// recorded is a run of the duet and what it left in the journal.
func recorded(t *testing.T) *duet {
	d := newDuet(t, 5, broker.Quirks{})
	d.run(40 * time.Second)
	d.crash()
	d.run(20 * time.Second)
	d.records = append(d.records, journal.Record{Number: uint64(len(d.records) + 1), Kind: KindMark, Payload: []byte(d.core.Hash().String())})
	return d
}

// replayed is the error of a replay of records.
func (d *duet) replayed(records []journal.Record) error {
	r := NewReplay(true, d.made)
	for _, x := range records {
		if err := r.Record(x); err != nil {
			return err
		}
	}
	return nil
}

// TestReplayNamesTheFirstDifference: one record altered, left out or added.
func TestReplayNamesTheFirstDifference(t *testing.T) {
	d := recorded(t)
	if err := d.replayed(d.records); err != nil {
		t.Fatal(err)
	}
	if n := len(d.records); n < 100 {
		t.Fatalf("%d records prove little", n)
	}
	at := func(kind byte, skip int) int {
		for i, x := range d.records {
			if x.Kind == kind {
				if skip--; skip < 0 {
					return i
				}
			}
		}
		t.Fatalf("there is no record of kind %d", kind)
		return 0
	}
	for _, x := range []struct {
		name  string
		spoil func(list []journal.Record) (out []journal.Record, number uint64)
	}{
		{"a frame altered", func(l []journal.Record) ([]journal.Record, uint64) {
			i := at(KindSent, 7)
			l[i].Payload = append(bytes.Clone(l[i].Payload), ' ')
			return l, l[i].Number
		}},
		{"a frame left out", func(l []journal.Record) ([]journal.Record, uint64) {
			i := at(KindSent, 7)
			next := l[i+1].Number
			return slices.Delete(l, i, i+1), next
		}},
		{"a frame added", func(l []journal.Record) ([]journal.Record, uint64) {
			i := at(KindSent, 7)
			return slices.Insert(l, i+1, journal.Record{Number: 9999, Kind: KindSent, Payload: []byte("{}")}), 9999
		}},
		{"the digest altered", func(l []journal.Record) ([]journal.Record, uint64) {
			i := at(KindMark, 0)
			l[i].Payload = []byte("0000000000000000")
			return l, l[i].Number
		}},
		{"the state of a run altered", func(l []journal.Record) ([]journal.Record, uint64) {
			i := at(byte(Begin), 1)
			l[i].Payload = append(bytes.Clone(l[i].Payload), ' ')
			return l, l[i].Number
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			list, number := x.spoil(slices.Clone(d.records))
			var v *Divergence
			if err := d.replayed(list); !errors.As(err, &v) || v.Record != number {
				t.Errorf("%v, want record %d", err, number)
			}
		})
	}
	t.Run("an input left out", func(t *testing.T) {
		i := at(byte(FromWorker), 5)
		if err := d.replayed(slices.Delete(slices.Clone(d.records), i, i+1)); err == nil {
			t.Error("it passed")
		}
	})
	t.Run("an input before the beginning", func(t *testing.T) {
		if err := d.replayed(d.records[at(byte(Begin), 0)+1:]); !errors.Is(err, ErrInput) {
			t.Error(err)
		}
	})
	t.Run("an unknown kind", func(t *testing.T) {
		if err := d.replayed([]journal.Record{{Number: 3, Kind: 77}}); !errors.Is(err, ErrInput) {
			t.Error(err)
		}
	})
}

// TestStateRoundTrip: what a run hands on is all there is, at any moment of a run.
func TestStateRoundTrip(t *testing.T) {
	d := newDuet(t, 8, broker.Quirks{})
	d.run(5 * time.Second)
	held := 0
	for range 60 {
		d.run(700 * time.Millisecond)
		if len(d.core.pending) > 0 || d.core.phase != ready || !d.settled() {
			continue // what is under way becomes a doubt in the next run
		}
		held++
		s := d.core.State()
		next := newCore(d.u, d.limits)
		next.Step(&Input{At: d.core.now, Kind: Begin, Account: All, Data: s})
		if got := next.State(); !bytes.Equal(got, s) {
			t.Fatalf("it begins with\n%s\nand hands on\n%s", s, got)
		}
	}
	if held < 10 {
		t.Errorf("only %d moments were tried", held)
	}
	if PrefixOf(d.core.State()) != "tgtest" || PrefixOf([]byte("{")) != "" {
		t.Error("the prefix is lost")
	}
}

// settled reports whether nothing is under way at any order.
func (d *duet) settled() bool {
	for _, t := range d.core.accounts[0].open {
		if o, ok := d.core.Desk(0).Order(t.id); ok && o.State != engine.Working && o.State != engine.PartFilled {
			return false
		}
	}
	return true
}

// TestStateThatCannotBeTakenOver: the run begins afresh, says so, and adopts.
func TestStateThatCannotBeTakenOver(t *testing.T) {
	good := newRig(t)
	good.connect()
	s := good.core.State()
	for name, bad := range map[string][]byte{
		"garbage":         []byte("x"),
		"another version": bytes.Replace(s, []byte(`"Version":1`), []byte(`"Version":9`), 1),
		"a desk cut off":  bytes.Replace(s, []byte(`"Desk":"`), []byte(`"Desk":"AAAA`), 1),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.positions = []string{foreignPosition}
			r.core = r.made()
			r.step(Input{Kind: Begin, Account: All, Data: bad, Text: "tgtest"})
			if !r.alarmed("cannot be taken over") {
				t.Errorf("%+v", r.outs)
			}
			r.connect()
			if r.core.Desk(0).Book().Held(0) != 1 {
				t.Error("nothing was adopted")
			}
		})
	}
}

// TestAccountNoLongerConfigured: a person is told.
func TestAccountNoLongerConfigured(t *testing.T) {
	r := newRig(t)
	s := bytes.Replace(r.core.State(), []byte("Sim101"), []byte("Sim999"), 1)
	r.core = r.made()
	r.step(Input{Kind: Begin, Account: All, Data: s, Text: "tgtest"})
	if !r.alarmed("Sim999") {
		t.Errorf("%+v", r.outs)
	}
}

func FuzzParseInput(f *testing.F) {
	for _, in := range []Input{
		{At: begins, Kind: Begin, Account: All, Data: []byte("{}"), Text: "p"},
		{Kind: LinkDown, Text: "cut"},
		{Kind: Frame, Data: []byte(`{"id":"c1"}`)},
		{At: -1, Kind: Operator, Account: 3, Verb: Kill, Text: "é"},
		{Kind: Tick, Account: All},
	} {
		f.Add(byte(in.Kind), in.Append(nil))
	}
	f.Add(byte(99), []byte{})
	f.Add(byte(Frame), []byte{0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, kind byte, b []byte) {
		in, err := ParseInput(InputKind(kind), b)
		if err != nil {
			if !errors.Is(err, ErrInput) {
				t.Error(err)
			}
			return
		}
		again, err := ParseInput(in.Kind, in.Append(nil))
		if err != nil || again.At != in.At || again.Account != in.Account || again.Verb != in.Verb || again.Text != in.Text || !bytes.Equal(again.Data, in.Data) {
			t.Errorf("%+v became %+v: %v", in, again, err)
		}
	})
}

// FuzzFrames: nothing the broker says stops the Core, and the same is said twice the same.
func FuzzFrames(f *testing.F) {
	for _, s := range []string{
		`{"type":"marketData","quotes":[{"instrument":"ES 03-24","last":4750,"bid":4750,"ask":4750.25}]}`,
		`{"type":"pnlUpdate","epoch":1,"accounts":[{"name":"Sim101","realizedProfitLoss":1e300}]}`,
		`{"id":"c1","data":{"orders":[` + foreignOrder + `]}}`, `{"id":"c2","data":{"positions":[` + foreignPosition + `]}}`,
		`{"id":"c1","data":{"error":"Rate limit exceeded"}}`, `{"id":"c1","data":{"error":"Add-on not connected"}}`, `{"error":"x"}`, `{"type":"orderUpdate"}`,
		`{"id":"c1","data":{"orders":[{"orderId":"1","account":"Sim101","instrument":"ES 03-24","orderState":"Filled","quantity":9999999999,"filled":99999999999,"averageFillPrice":1e18,"orderAction":"Buy"}]}}`,
	} {
		f.Add(s, `{}`)
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		run := func() engine.Hash {
			r := newRig(t)
			r.silent = true
			r.step(Input{Kind: LinkUp})
			for _, s := range []string{one, two, one} {
				r.frame(s)
				r.pass(time.Second)
			}
			return r.core.Hash()
		}
		if first, second := run(), run(); first != second {
			t.Errorf("two runs differ: %v and %v", first, second)
		}
	})
}

// TestAFrameFitsARecord: whatever the link takes, the journal takes.
func TestAFrameFitsARecord(t *testing.T) {
	in := Input{At: math.MaxInt64, Kind: Frame, Account: All, Data: make([]byte, bridge.MaxFrame)}
	if n := len(in.Append(nil)); n > journal.MaxPayload {
		t.Errorf("%d bytes, the most is %d", n, journal.MaxPayload)
	}
}
