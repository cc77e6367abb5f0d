package broker

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// faults are the mishaps that are armed.
type faults struct {
	refuse, loseCall, loseReply, fail, rejectLater int // calls or orders that are still to be hit
	delay                                          time.Duration
	delayed                                        int // calls whose reply is still to be delayed
	slice                                          int // most contracts a venue order is for; 0 = all
	byHand                                         bool
	calls                                          int64
	atCall                                         []scheduled
}

// scheduled is a fault that waits for a call.
type scheduled struct {
	call int64
	text string
}

// spend uses one of an armed number up.
func (f *faults) spend(n *int) bool {
	if *n <= 0 {
		return false
	}
	*n--
	return true
}

// delayOf is how late the next reply is.
func (f *faults) delayOf(b *Broker) time.Duration {
	if f.spend(&f.delayed) {
		return f.delay + b.quirks.ReplyDelay
	}
	return b.quirks.ReplyDelay
}

// onCall counts a call and sets off the faults that wait for it.
func (f *faults) onCall(b *Broker) {
	f.calls++
	for i := 0; i < len(f.atCall); {
		if f.atCall[i].call != f.calls {
			i++
			continue
		}
		text := f.atCall[i].text
		f.atCall = slices.Delete(f.atCall, i, i+1)
		_ = b.strike(text) // it was checked when it was scheduled
	}
}

// FaultKind describes a fault that can be set off.
type FaultKind struct {
	Name    string
	Value   string // what follows the name; in brackets what may be left out, N is then 1
	Summary string
	do      func(b *Broker, value string) error
}

// Faults lists every fault.
func Faults() []FaultKind { return slices.Clone(faultKinds) }

var faultKinds []FaultKind

func init() {
	faultKinds = []FaultKind{
		{"drop", "", "cut the link without a close frame", func(b *Broker, _ string) error { b.closeConn(Drop, 0, ""); return nil }},
		{"silent", "", "the link goes half-open: it stays, and nothing comes of it", func(b *Broker, _ string) error {
			if b.conn != nil {
				b.silence(b.conn.id)
			}
			return nil
		}},
		{"close", "=CODE[:REASON]", "close the link with this code", closeFault},
		{"takeover", "", "another process takes the session: 1008", func(b *Broker, _ string) error { b.closeConn(Close, 1008, b.takeoverReason()); return nil }},
		{"addon-off", "", "the add-on disconnects", func(b *Broker, _ string) error { b.loseAddon(); return nil }},
		{"addon-on", "", "the add-on is back", func(b *Broker, _ string) error { b.addon = true; return nil }},
		{"restart", "[=DURATION]", "the service restarts: the link is closed, upgrades and REST get 503 for so long; orders live on", restart},
		{"refuse", "[=N]", "refuse the next N calls as over the limit", count(func(b *Broker) *int { return &b.faults.refuse })},
		{"drain", "[=N]", "another program of the user spends N tokens", drain},
		{"lose-call", "[=N]", "the next N calls that change something get lost before they are executed", count(func(b *Broker) *int { return &b.faults.loseCall })},
		{"lose-reply", "[=N]", "the next N calls that change something are executed and their replies lost", count(func(b *Broker) *int { return &b.faults.loseReply })},
		{"delay", "=DURATION[:N]", "delay the replies of the next N calls (1)", delay},
		{"fail", "[=N]", "the next N calls that change something fail with an error and do nothing", count(func(b *Broker) *int { return &b.faults.fail })},
		{"reject-later", "[=N]", "the next N orders are answered with success and rejected 250 ms later", count(func(b *Broker) *int { return &b.faults.rejectLater })},
		{"partial", "[=N]", "orders outside OCO groups fill at most N contracts at each quote; 0 = as the market allows", count(func(b *Broker) *int { return &b.faults.slice })},
	}
}

func wholeNumber(value string) (int, error) {
	n, err := strconv.Atoi(cmpOr(value, "1"))
	if err != nil || n < 0 || n > 1_000_000 {
		return 0, fmt.Errorf("%q is not a whole number from 0 to 1000000", value)
	}
	return n, nil
}

func count(field func(*Broker) *int) func(*Broker, string) error {
	return func(b *Broker, value string) error {
		n, err := wholeNumber(value)
		if err == nil {
			*field(b) = n
		}
		return err
	}
}

func drain(b *Broker, value string) error {
	n, err := wholeNumber(value)
	if err == nil {
		b.bucket.drain(b.now.Limit, n)
	}
	return err
}

func closeFault(b *Broker, value string) error {
	code, reason, _ := strings.Cut(value, ":")
	n, err := strconv.Atoi(code)
	if err != nil || n < 1000 || n > 4999 || n == 1005 || n == 1006 || n == 1015 || len(reason) > 120 {
		return fmt.Errorf("%q is not a close code that can be sent, with at most 120 bytes of reason", value)
	}
	b.closeConn(Close, n, reason)
	return nil
}

func restart(b *Broker, value string) error {
	d, err := time.ParseDuration(cmpOr(value, "0s"))
	if err != nil || d < 0 {
		return fmt.Errorf("%q is not a duration such as 5s", value)
	}
	b.downUntil = b.now.Limit.Add(d)
	b.tally.restarts++
	b.closeAs(b.quirks.CloseShutdown, "1012", "Service restart")
	return nil
}

func delay(b *Broker, value string) error {
	text, times, _ := strings.Cut(value, ":")
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is not a duration such as 5s", text)
	}
	n, err := wholeNumber(times)
	if err == nil {
		b.faults.delay, b.faults.delayed = d, n
	}
	return err
}

// loseAddon takes the add-on away.
func (b *Broker) loseAddon() {
	b.addon = false
	if b.quirks.CloseAddon != "stay" {
		b.closeAs(b.quirks.CloseAddon, "1011", "Add-on disconnected")
	}
}

// strike sets a fault off now.
func (b *Broker) strike(text string) error {
	name, value, _ := strings.Cut(text, "=")
	for _, k := range faultKinds {
		if k.Name != name {
			continue
		}
		if err := k.do(b, value); err != nil {
			return fmt.Errorf("fault %s: %w", name, err)
		}
		b.tally.fault(text)
		return nil
	}
	return fmt.Errorf("fault %q is not known; tollgate sim --faults lists them", name)
}

// CheckFault reports what is wrong with the text of a fault, NAME[=VALUE][@WHEN],
// without setting it off.
func CheckFault(text string) error {
	b := &Broker{config: Config{}, quirks: &Quirks{}, bucket: newBucket(0, 1, 1)}
	name, when, timed := strings.Cut(text, "@")
	if err := b.strike(name); err != nil {
		return err
	}
	if timed {
		_, _, err := parseWhen(when)
		return err
	}
	return nil
}

// parseWhen reads WHEN of a fault: a duration from now, or call=N for the Nth call.
func parseWhen(when string) (time.Duration, int64, error) {
	if n, ok := strings.CutPrefix(when, "call="); ok {
		call, err := strconv.ParseInt(n, 10, 64)
		if err != nil || call < 1 {
			return 0, 0, fmt.Errorf("%q is not the number of a call, from 1", n)
		}
		return 0, call, nil
	}
	d, err := time.ParseDuration(when)
	if err != nil || d < 0 {
		return 0, 0, fmt.Errorf("%q is neither a duration such as 30s nor call=N", when)
	}
	return d, 0, nil
}

// maxScheduled bounds the faults that wait for a call.
const maxScheduled = 1000

// Fault sets a fault off: NAME[=VALUE], at once; with @DURATION so much later by
// the clock of the limits; with @call=N when the Nth call of the run arrives,
// before it is judged.
func (b *Broker) Fault(now Now, text string) ([]Out, error) {
	b.step(now)
	if err := CheckFault(text); err != nil {
		return b.take(), err
	}
	name, when, timed := strings.Cut(text, "@")
	if !timed {
		err := b.strike(name)
		return b.take(), err
	}
	d, call, _ := parseWhen(when)
	switch {
	case call > 0 && len(b.faults.atCall) >= maxScheduled:
		return b.take(), fmt.Errorf("fault %s: %d faults wait for calls already", name, maxScheduled)
	case call > 0:
		b.faults.atCall = append(b.faults.atCall, scheduled{call, name})
	case !b.after(int64(d), func() { _ = b.strike(name) }):
		return b.take(), fmt.Errorf("fault %s: %d things are put off already", name, MaxDelayed)
	}
	return b.take(), nil
}

// Manual makes a call as a person at the platform would: it costs no token, no
// fault hits it, and its orders count as made by hand in the ledger.
func (b *Broker) Manual(now Now, name string, args Args) (Object, []Out) {
	b.step(now)
	f := b.function(name)
	if f == nil {
		return refuse("Unknown API command: " + name).body, b.take()
	}
	armed := b.faults
	b.faults = faults{byHand: true}
	r := f.do(b, args)
	b.faults = armed
	if !r.failed {
		r = b.succeed(r)
	}
	return r.body, b.take()
}

// Addon reports whether the add-on is connected.
func (b *Broker) Addon() bool { return b.addon }

// Connected reports whether a client is connected.
func (b *Broker) Connected() bool { return b.conn != nil }

// Subscribed reports whether a client is connected that wants quotes.
func (b *Broker) Subscribed() bool { return b.conn != nil && len(b.conn.names) > 0 }

// Usage is the fault as it is typed.
func (k *FaultKind) Usage() string { return k.Name + k.Value }
