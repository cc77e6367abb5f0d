package engine_test

import (
	"bytes"
	"testing"

	. "tollgate/engine"
)

// TestARestoredDeskHasForgottenTheSame: an entry that ended long ago is known to its
// bracket alone, whose stop still works. Restored, it must be neither forgotten by
// the bracket nor remembered by the Desk.
func TestARestoredDeskHasForgottenTheSame(t *testing.T) {
	r := unlimited(t)
	r.bracket(1, limit(Buy, 2, 990), 980, NoPrice)
	r.fills(1, 2, 0, 990)
	r.says(2, Accepted)
	for ref := Ref(10); ref < 10+1024; ref++ {
		r.submit(ref, limit(Buy, 1, 990))
		r.says(OrderID(ref-7), Rejected)
	}
	if _, ok := r.d.Order(1); ok {
		t.Fatal("the entry is not forgotten")
	}
	state := r.d.AppendState(nil)
	was, next := r.d, NewDesk(r.cfg)
	if err := next.RestoreState(state); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(next.AppendState(nil), state) {
		t.Error("the state of the restored desk is another")
	}
	for id := OrderID(1); id < 1030; id++ {
		_, a := was.Order(id)
		_, b := next.Order(id)
		if a != b {
			t.Fatalf("order %d: known before %v, after %v", id, a, b)
		}
	}
	for _, e := range []Event{
		&Report{At: r.now, Order: 1, Kind: Filled, Qty: 1, Price: 990},
		&Report{At: r.now, Order: 2, Kind: Filled, Qty: 1, Leaves: 1, Price: 980},
		&Report{At: r.now, Order: 2, Kind: Rejected}, // and the rest is closed at market
	} {
		a, b := was.Step(e), next.Step(e)
		if len(a) != len(b) || was.Hash() != next.Hash() || was.Ignored() != next.Ignored() {
			t.Fatalf("after %+v: %d commands and %d, %d ignored and %d", e, len(a), len(b), was.Ignored(), next.Ignored())
		}
	}
	if n := was.Book().OpenOrders(); n != 1 {
		t.Errorf("%d orders are open, want the closing one", n)
	}
}

// TestAStateOfAUniverseThatGrew: instruments may be added after the Desk was made.
func TestAStateOfAUniverseThatGrew(t *testing.T) {
	r := unlimited(t)
	r.bracket(1, limit(Buy, 2, 990), 980, NoPrice)
	empty := NewUniverse()
	cfg := r.cfg
	cfg.Universe = empty
	d := NewDesk(cfg)
	if _, err := empty.Add("ES 12-26", es()); err != nil {
		t.Fatal(err)
	}
	if err := d.RestoreState(r.d.AppendState(nil)); err != nil || d.Book().OpenOrders() != 2 {
		t.Errorf("%v, %d orders", err, d.Book().OpenOrders())
	}
	if _, err := empty.Add("NQ 12-26", es()); err != nil {
		t.Fatal(err)
	}
	if err := NewDesk(cfg).RestoreState(d.AppendState(nil)); err != nil {
		t.Error(err)
	}
}
