package engine

import (
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// messages are one of each, every field set to something of its own.
func messages() []Event {
	o := Order{
		ID: 7, Ref: 8, Parent: 9, Strategy: 3, Class: ClassProtect, Terms: Terms{1, Sell, StopLimit, GTC, 5, 100, NoPrice, 44},
		State: PartFilled, Filled: 2, Notional: -400, Fees: 12, Sent: 1, Ended: NoTime, Reason: "why", recalled: true, balks: 2, wanted: 3, pendingQty: 4,
	}
	return []Event{
		&Quote{1 << 60, 65535, TradePrint, NoPrice, -3, 4, UnknownQty, 5, 6, 7},
		&Intent{1, 2, 3, Amend, 4, o.Terms, NoPrice, 5, 6},
		&Report{1, 2, ChangeRejected, true, 3, 4, 5, NoPrice, 7, 8, "no"},
		&Update{1, 2, 3, o, Fill{1, 2, 3, true, -4}, &Denial{"code", "l", "v", "t", NoTime}, Holding{-1, 2, 3, 4}, Balance{5, 6}},
		&Update{At: 1, Order: o},
		&PnL{1, 2, -3, Balance{4, 5}},
		&TimerFired{1, 2},
		&LinkChange{1, LinkUp, "back"},
		&Phase{1, 2, true},
		&ModeChange{1, Killed, "asked"},
		&Adoption{1, o.Terms, 1, 100, true, "seen at start"},
		&Funds{1, 2},
		&Recall{1, true},
		&Unsent{1, Request{1, CancelOrder, 2, ClassCancel, o.Terms, 3}},
		&Resync{1, 2},
		&Snapshot{1, 2, 3, 4, 5, Holding{1, 2, 3, 4}, Balance{1, 2}, []Order{o, {}}},
		&Snapshot{At: 1},
	}
}

func TestMessagesComeBack(t *testing.T) {
	for _, e := range messages() {
		b := AppendEvent([]byte("before"), e)
		got, err := ParseEvent(b[len("before"):])
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%T: %+v, %v; want %+v", e, got, err, e)
		}
	}
	for _, c := range []Command{&Log{1, 2, "x"}, &Halt{1, 2, "y"}, &Version{1, 2, "h", "r"}} {
		got, err := ParseNews(AppendNews(nil, c))
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%T: %+v, %v", c, got, err)
		}
	}
	if b := AppendNews(nil, &SetTimer{}); len(b) != 0 {
		t.Errorf("a timer is no news: % x", b)
	}
}

// TestEveryCutIsRefused: no prefix of a message is a message, nor is one with a byte more.
func TestEveryCutIsRefused(t *testing.T) {
	for _, e := range messages() {
		b := AppendEvent(nil, e)
		for n := range b {
			if got, err := ParseEvent(b[:n]); !errors.Is(err, ErrMessage) {
				t.Errorf("%T cut to %d of %d bytes: %+v, %v", e, n, len(b), got, err)
			}
		}
		if _, err := ParseEvent(append(b, 0)); !errors.Is(err, ErrMessage) {
			t.Errorf("%T with a byte more: %v", e, err)
		}
	}
	if _, err := ParseNews(nil); !errors.Is(err, ErrMessage) {
		t.Error(err)
	}
	if _, err := ParseNews([]byte{tagQuote}); !errors.Is(err, ErrMessage) {
		t.Error(err)
	}
}

func TestQuotesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.Int64()
		q := Quote{
			Time(word.Draw(t, "at")), InstrumentID(rapid.Uint16().Draw(t, "in")), QuoteKind(rapid.IntRange(0, 1).Draw(t, "kind")),
			Price(word.Draw(t, "bid")), Price(word.Draw(t, "ask")), Price(word.Draw(t, "last")),
			Qty(word.Draw(t, "bs")), Qty(word.Draw(t, "as")), Qty(word.Draw(t, "ls")), Qty(word.Draw(t, "v")),
		}
		got, err := ParseEvent(AppendEvent(nil, &q))
		if err != nil || *got.(*Quote) != q {
			t.Fatalf("%+v, %v; want %+v", got, err, q)
		}
	})
}

func FuzzParseEvent(f *testing.F) {
	for _, e := range messages() {
		f.Add(AppendEvent(nil, e))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseEvent(b)
		if err != nil {
			return
		}
		again, err := ParseEvent(AppendEvent(nil, e))
		if err != nil || !reflect.DeepEqual(again, e) {
			t.Fatalf("%+v became %+v, %v", e, again, err)
		}
	})
}
