package gateway

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"tollgate/engine"
	"tollgate/sim/fakebridge/broker"
)

var (
	seeds = flag.Int("gateway.seeds", 200/slower, "combinations of quirks and faults to run")
	first = flag.Uint64("gateway.seed", 0, "the first seed")
)

// settings are values of every quirk worth trying, by its kind.
func settings(q *broker.Quirk) []string {
	switch q.Kind {
	case "choice":
		var out []string
		for _, v := range q.Values[1:] {
			out = append(out, q.Name+"="+v)
		}
		return out
	case "switch":
		return []string{q.Name}
	}
	special := map[string][]string{
		"missing-api":     {"GetAccountSummary"},
		"never-answer":    {"PlaceOrder", "Cancel", "GetOrder"},
		"takeover-reason": {"Session active elsewhere"},
		"silent-after":    {"100s"},
		"lose-reply":      {"3"},
		"reply-delay":     {"700ms", "3s"},
		"order-latency":   {"400ms", "2s"},
		"partial-fills":   {"1"},
		"max-instruments": {"20"},
		"max-message":     {"4096"},
		"summary-cache":   {"3s"},
	}
	var out []string
	for _, v := range special[q.Name] {
		out = append(out, q.Name+"="+v)
	}
	return out
}

// unfit are quirks that keep the gateway from trading at all, each with its reason.
var unfit = map[string]string{
	"plan-refused": "the link ends for good, which is what is wanted",
}

// alone are settings that are tried alone only, each with its reason.
var alone = map[string]string{
	"never-answer=GetOrder": "an order whose reply was lost can then not be looked up: the gateway rightly stays shut",
}

func TestEveryQuirkAlone(t *testing.T) {
	for n, q := range broker.Catalogue() {
		if unfit[q.Name] != "" || n%slower != 0 {
			continue
		}
		list := settings(&q)
		if len(list) == 0 {
			t.Errorf("quirk %s is tried with no value", q.Name)
		}
		for _, text := range list {
			t.Run(text, func(t *testing.T) {
				t.Parallel()
				var quirks broker.Quirks
				if err := quirks.Set(text); err != nil {
					t.Fatal(err)
				}
				d := newDuet(t, 11, quirks)
				defer d.dump()
				d.run(3 * time.Minute)
				d.settle()
				d.check()
				d.replay()
			})
		}
	}
}

// TestCombinations: several quirks, faults at random moments, manual orders, crashes.
func TestCombinations(t *testing.T) {
	for n := range uint64(*seeds) {
		seed := *first + n
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 99))
			quirks, names := someQuirks(rng)
			d := newDuet(t, seed, quirks)
			defer d.dump()
			d.alarms = append(d.alarms, fmt.Sprint("quirks ", names))
			d.mishaps(rng)
			d.run(3 * time.Minute)
			d.heal()
			d.settle()
			d.check()
			d.replay()
		})
	}
}

func someQuirks(rng *rand.Rand) (q broker.Quirks, names []string) {
	all := broker.Catalogue()
	for range rng.IntN(5) {
		k := &all[rng.IntN(len(all))]
		if list := settings(k); unfit[k.Name] == "" && len(list) > 0 {
			text := list[rng.IntN(len(list))]
			if alone[text] != "" {
				continue
			}
			if err := q.Set(text); err == nil {
				names = append(names, text)
			}
		}
	}
	return q, names
}

// mishaps are things that go wrong at random moments of the session.
func (d *duet) mishaps(rng *rand.Rand) {
	list := []string{
		"drop", "silent", "close=1012:restart", "close=1011", "takeover", "addon-off", "restart=3s", "refuse=3", "drain=20", "lose-call=1", "lose-call=2",
		"lose-reply=1", "lose-reply=3", "delay=4s:3", "delay=12s:2", "fail=2", "reject-later=2", "partial=1", "crash", "power-cut", "manual", "manual", "checkpoint", "checkpoint", "manual-limit", "kill", "flatten",
	}
	for range 1 + rng.IntN(5) {
		what := list[rng.IntN(len(list))]
		d.after(time.Duration(5+rng.IntN(160))*time.Second, func() { d.mishap(what) })
	}
}

func (d *duet) mishap(what string) {
	d.alarms = append(d.alarms, fmt.Sprintf("%v FAULT %s", d.now.Sub(begins), what))
	switch what {
	case "checkpoint":
		d.checkpoint(100)
		return
	case "crash":
		d.crash()
		return
	case "power-cut":
		d.records = d.records[:d.synced+d.rng.IntN(len(d.records)-d.synced+1)]
		d.crash()
		return
	case "manual":
		d.byHand([]string{"BUY", "SELL"}[d.rng.IntN(2)], "MARKET", engine.NoPrice)
		return
	case "manual-limit":
		d.byHand("BUY", "LIMIT", d.prices[0]-engine.Price(d.rng.IntN(8)))
		return
	case "kill":
		d.excuse(func(*engine.Order) bool { return true })
		d.step(Input{Kind: Operator, Account: All, Verb: Kill, Text: "drill"})
		d.after(20*time.Second, func() { d.step(Input{Kind: Operator, Account: All, Verb: Resume, Text: "the drill is over"}) })
		return
	case "flatten":
		d.excuse(func(*engine.Order) bool { return true })
		d.step(Input{Kind: Operator, Account: All, Verb: Flatten, Text: "drill"})
		return
	case "addon-off":
		d.after(15*time.Second, func() { d.fault("addon-on") })
	case "takeover":
		d.banned = true
		d.after(20*time.Second, func() { d.banned = false; d.dial() })
	}
	d.fault(what)
}

func (d *duet) fault(what string) {
	outs, err := d.broker.Fault(d.moment(), what)
	if err != nil {
		d.t.Fatal(err)
	}
	d.outs(outs)
}

// crash throws the Core away and begins another with nothing but the journal. After a
// power cut the journal ends anywhere after the newest order: only that was synced.
func (d *duet) crash() {
	r := NewReplay(false, d.made)
	for _, x := range d.records {
		if err := r.Record(x); err != nil {
			d.t.Fatal(err)
		}
	}
	if d.up {
		d.outs(d.broker.Closed(d.moment(), d.conn))
	}
	if d.setup == nil { // somebody has edited the configuration
		d.setup = []byte(anotherOrder)
	} else {
		d.setup = nil
	}
	if r.Core() == nil {
		d.start(nil) // not even the beginning had reached the disk
		return
	}
	d.start(r.Core().State())
}

// checkpoint replaces the Core by one with its state, at the next moment of rest.
func (d *duet) checkpoint(tries int) {
	if !d.core.AtRest() {
		if tries > 0 {
			d.after(100*time.Millisecond, func() { d.checkpoint(tries - 1) })
		}
		return
	}
	state := d.core.State()
	core, err := d.made(d.setup, "tgtest")
	if err != nil {
		d.t.Fatal(err)
	}
	core.stats = d.core.stats
	d.core = core
	d.step(Input{Kind: Begin, Account: All, Data: state, Text: "tgtest"})
	d.checkpoints++
}

// heal ends what goes wrong; what nobody can explain is confirmed by a person.
func (d *duet) heal() {
	d.calm = true
	d.run(30 * time.Second)
	d.banned = false
	d.fault("addon-on")
	for _, none := range []string{"refuse=0", "lose-call=0", "lose-reply=0", "fail=0", "reject-later=0", "partial=0"} {
		d.fault(none)
	}
	d.dial()
	d.run(90 * time.Second) // long enough for an audit
	d.resumeIfStopped()
	d.calm = false
	d.run(time.Minute)
}

// byHand is somebody at the broker's own screen.
func (d *duet) byHand(side, kind string, p engine.Price) {
	args := broker.Args{"account": "Sim101", "instrument": "NQ 03-24", "action": side, "quantity": 1, "orderType": kind, "timeInForce": "DAY"}
	if p.Known() {
		args["instrument"], args["limitPrice"] = "ES 03-24", d.u.Get(0).Decimal(p).String()
	}
	_, outs := d.broker.Manual(d.moment(), "PlaceOrder", args)
	d.manual = true
	d.outs(outs)
}

// TestCheckpointsChangeNothing: a session with a checkpoint every ten seconds ends
// as it must, and its journal replays.
func TestCheckpointsChangeNothing(t *testing.T) {
	d := newDuet(t, 5, broker.Quirks{})
	defer d.dump()
	for i := range 20 {
		d.after(time.Duration(10*i)*time.Second, func() { d.checkpoint(50) })
	}
	d.run(4 * time.Minute)
	d.settle()
	d.check()
	d.replay()
	if d.checkpoints < 10 {
		t.Errorf("only %d checkpoints", d.checkpoints)
	}
}
