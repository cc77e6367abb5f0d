package gateway

import (
	"strings"
	"testing"
	"time"

	"tollgate/engine"
)

// TestAbsentAccount: an account that the broker does not have is not traded and not
// compared; it is asked for now and then, and is compared and traded once it is there.
func TestAbsentAccount(t *testing.T) {
	r := newRig(t)
	r.summary = summaryOf("Sim999", "Playback")
	r.silent = true
	r.step(Input{Kind: LinkUp})
	r.answer(r.take("GetAccountSummary"), r.summary)
	why := "the broker has no account Sim101; it has Sim999, Playback (check the spelling"
	if !r.alarmed(why) {
		t.Fatalf("it says %+v", r.outs)
	}
	r.silent = false
	r.reply()
	r.quote(0, 19_000)
	r.buy(1, 1, 0)
	r.pass(5 * time.Minute)
	if n := r.count("PlaceOrder"); n != 0 {
		t.Fatalf("%d orders for an account that is not there", n)
	}
	if d := r.core.View(r.now).Denials; len(d) != 1 || d[0].Code != engine.LinkIsDown || !strings.Contains(d[0].Text, why) {
		t.Errorf("the denial says %+v", d)
	}
	if n := r.count("GetAccountSummary"); n < 15 || n > 22 {
		t.Errorf("the accounts were asked for %d times in five minutes", n)
	}
	r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":2,"averagePrice":4750.0}`}
	r.summary = summaryOf("Sim999", "sim101")
	r.pass(16 * time.Second)
	if held := r.core.Desk(0).Book().Held(0); held != 2 || r.mode() != engine.ReduceOnly {
		t.Fatalf("there again: it holds %d and is %v", held, r.mode())
	}
	r.step(Input{Kind: Operator, Verb: Resume})
	r.buy(2, 1, 0)
	r.placed()
	asked := r.count("GetAccountSummary")
	if r.pass(5 * time.Minute); r.count("GetAccountSummary") != asked {
		t.Error("it is still asked for")
	}
}

// TestAccountGoesAway: what was held on an account that is no longer there is not
// taken for closed, neither at the next connection nor by a checkpoint.
func TestAccountGoesAway(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 0)
	c := r.placed()
	r.has(c, "Filled", 2, "4750")
	r.pass(5 * time.Second)
	r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":2,"averagePrice":4750.0}`}
	r.buy(2, 1, 18_900)
	r.placed()
	there, orders := r.positions, r.orders
	r.step(Input{Kind: LinkDown, Text: "cut"})
	r.summary, r.positions, r.orders = summaryOf("Sim999"), nil, map[string]string{}
	r.step(Input{Kind: LinkUp})
	r.pass(3 * time.Minute)
	if r.core.Desk(0).Book().Held(0) != 2 || r.state(2) != engine.Working || r.core.Desk(0).Book().Linked() {
		t.Fatalf("it holds %d, the order is %v", r.core.Desk(0).Book().Held(0), r.state(2))
	}
	if !r.core.AtRest() {
		t.Fatal("an account that is not there keeps it from checkpoints")
	}
	next := r.made()
	next.Step(&Input{At: r.now, Kind: Begin, Account: All, Data: r.core.State(), Text: "tgtest"})
	r.core, r.wait = next, nil
	r.pass(2 * time.Minute)
	if next.Desk(0).Book().Held(0) != 2 || next.Desk(0).Book().Linked() {
		t.Fatal("after a checkpoint it is traded")
	}
	r.summary, r.positions, r.orders = summaryOf("Sim101"), there, orders
	r.pass(20 * time.Second)
	if next.Desk(0).Book().Held(0) != 2 || r.state(2) != engine.Working || !next.Desk(0).Book().Linked() || r.mode() != engine.Active {
		t.Errorf("there again: it holds %d, the order is %v, the account %v", next.Desk(0).Book().Held(0), r.state(2), r.mode())
	}
}

// TestStillAbsent: after a gap and after a restart the reason why an account is not
// traded is still that it is not there, a restart says so again, and nothing is sent
// before there is a link.
func TestStillAbsent(t *testing.T) {
	r := newRig(t)
	r.summary = summaryOf("Sim999")
	r.connect()
	r.pass(time.Minute)
	why := "the broker has no account Sim101; it has Sim999"
	refused := func(ref engine.Ref) {
		t.Helper()
		r.quote(0, 19_000)
		r.buy(ref, 1, 0)
		v := r.core.View(r.now)
		if a := v.Accounts[0]; a.Mode != ModeAbsent || !strings.Contains(a.Reason, why) {
			t.Errorf("the account is %s: %s", a.Mode, a.Reason)
		}
		if d := v.Denials; len(d) == 0 || !strings.Contains(d[0].Text, why) {
			t.Errorf("the denials say %+v", d)
		}
	}
	r.step(Input{Kind: LinkDown, Text: "cut"})
	refused(1)
	r.step(Input{Kind: LinkUp})
	r.pass(time.Minute)
	refused(2)

	state := r.core.State()
	r.all = nil
	r.now = r.now.Add(time.Minute)
	r.begin(state)
	if len(r.all) != 0 {
		t.Errorf("before there is a link it sends %+v", r.all)
	}
	r.silent = true
	for said := range 2 {
		r.step(Input{Kind: LinkUp})
		if r.answer(r.take("GetAccountSummary"), r.summary); r.alarmed(why) != (said == 0) {
			t.Errorf("connection %d after a restart: it says %+v", said+1, r.outs)
		}
		r.step(Input{Kind: LinkDown, Text: "cut"})
	}
	r.silent = false
	r.step(Input{Kind: LinkUp})
	r.pass(time.Minute)
	refused(3)
}
