package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/risk"
)

// connectPatience is how long the one attempt may take in all; the link gives up dialling
// before that.
const connectPatience = 25 * time.Second

// maxRefusals is how many refused calls in a row end the questions. The broker closes
// the link after ten, and whoever else uses the budget is refused meanwhile.
const maxRefusals = 3

// refusalPause is how long the doctor gives way to whoever else spends the budget:
// three calls' worth.
const refusalPause = time.Second

// asker puts questions to the broker, one at a time and within the budget.
type asker struct {
	link     *bridge.Link
	decoder  *bridge.Decoder
	frame    bridge.Frame
	budget   risk.Budget
	patience time.Duration

	calls    int // made
	refusals int // as over the limit
	row      int // of them in a row
	down     *bridge.Event
}

var (
	errLinkDown = errors.New("the connection ended")
	errNoAnswer = errors.New("no answer")
)

// connected makes the one connection and every check that needs it.
func (k *checkup) connected(ctx context.Context) {
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	now := time.Now()
	if wait := bridge.NextAttempt(k.attempts, now).Sub(now); wait > 0 {
		k.fail("connection", fmt.Sprintf("run the doctor again in %d s", int((wait+time.Second-1)/time.Second)),
			"not tried: as many attempts to connect were made in the last minute as the broker takes")
		k.unchecked("there is no connection", connectedChecks[1:]...)
		k.budget(nil)
		return
	}
	k.announce()
	sent := k.clock()
	a, ended := k.dial(ctx)
	up, ok := k.await(a, ended)
	if ok {
		k.ok("connection", "%s answered in %d ms; this was one of the 4 attempts a minute", k.url, k.clock().Sub(sent).Milliseconds())
		k.question(ctx, a, sent, up)
	} else {
		k.unchecked("there is no connection", connectedChecks[1:]...)
	}
	k.budget(a)
	hangUp()
	for range a.link.Events() { // closed when the connection is
	}
}

// announce says what connecting does, before it is done.
func (k *checkup) announce() {
	fmt.Fprintf(k.say, "connecting to %s, once\n", k.url)
	if !loopback(k.url) {
		fmt.Fprintln(k.say, "the broker serves one connection of a key, the newest: a program elsewhere that is connected with this key, a gateway or a recorder, loses its link now")
	}
}

// loopback reports whether an address is on this machine.
func loopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// dial starts the link, for one attempt.
func (k *checkup) dial(ctx context.Context) (*asker, <-chan error) {
	c, most := k.config.Budget, risk.DefaultBudget
	u := k.universe
	if u == nil {
		u = engine.NewUniverse()
	}
	a := &asker{
		link: bridge.NewLink(bridge.LinkConfig{
			URL: k.url, Token: k.token, Now: func() engine.Time { return engine.TimeOf(k.clock()) }, Attempts: k.attempts,
			Once: true, Seed: uint64(time.Now().UnixNano()),
		}),
		decoder: bridge.NewDecoder(u), patience: k.patience,
		budget: risk.NewBudget(risk.BudgetConfig{Rate: min(c.Rate, most.Rate), Burst: min(c.Burst, most.Burst), Reserve: c.Reserve}),
	}
	ended := make(chan error, 1)
	go func() { ended <- a.link.Run(ctx) }()
	return a, ended
}

// await waits for the attempt to come out.
func (k *checkup) await(a *asker, ended <-chan error) (bridge.Event, bool) {
	t := time.NewTimer(connectPatience)
	defer t.Stop()
	select {
	case e, open := <-a.link.Events():
		switch {
		case !open:
			k.fail("connection", "make the directory of "+k.attempts+" writable", "not made: %v", <-ended)
			return e, false
		case e.Kind == bridge.Down:
			k.lost(&e)
			return e, false
		}
		return e, true
	case <-t.C:
		k.fail("connection", "look at the network, and at broker.url in "+k.flags.config, "%s did not answer in %v", k.url, connectPatience)
		return bridge.Event{}, false
	}
}

// lost tells of a connection that was refused or that ended.
func (k *checkup) lost(e *bridge.Event) {
	k.refused = e.Class != bridge.Normal
	advice := "look at the network, and at broker.url in " + k.flags.config
	switch {
	case e.Class == bridge.Unauthorized && k.flags.url != "":
		advice = "name the variable that holds the key of that bridge with --token-env"
	case e.Class == bridge.Unauthorized && e.Code == 403:
		advice = "the account's plan has to include the API (Pro), and the key has to be the one of My Account"
	case e.Class == bridge.Unauthorized:
		advice = "copy the key from My Account at CrossTrade again"
	case e.Class == bridge.TooMany:
		advice = "wait a minute; other programs of this address connect too, stop those that keep trying"
	case e.Class == bridge.TakenOver:
		advice = "only one program of a key can be connected: find the other one, on whatever machine, and stop it or trade from there"
	case e.Class == bridge.Abuse:
		advice = "wait a minute, and find what else uses this key"
	}
	k.fail("connection", advice, "%s: %s", k.url, e.Text)
}

// ask asks, and asks again when the call was refused as over the limit: then
// somebody else spends from the same budget.
func (a *asker) ask(ctx context.Context, c bridge.Call) ([]byte, error) {
	for {
		body, err := a.once(ctx, c)
		var f *bridge.Failure
		if !errors.As(err, &f) || f.Class != bridge.Throttled {
			a.row = 0
			return body, err
		}
		a.refusals++
		if a.row++; a.row >= maxRefusals {
			return nil, err
		}
		if err := pauseFor(ctx, refusalPause); err != nil {
			return nil, err
		}
	}
}

// once makes a call and waits for its answer.
func (a *asker) once(ctx context.Context, c bridge.Call) ([]byte, error) {
	if a.down != nil || a.row >= maxRefusals {
		return nil, errLinkDown
	}
	for {
		denial := a.budget.Take(&engine.Request{At: engine.TimeOf(time.Now()), Class: engine.ClassQuery})
		if denial == nil {
			break
		}
		if err := pauseFor(ctx, time.Until(denial.Retry.UTC())); err != nil {
			return nil, err
		}
	}
	defer a.budget.Answered()
	a.calls++
	id := fmt.Sprintf("doctor-%d", a.calls)
	ctx, cancel := context.WithTimeout(ctx, a.patience)
	defer cancel()
	if err := a.link.Write(ctx, bridge.AppendCall(nil, id, c)); err != nil && ctx.Err() != nil {
		return nil, err
	}
	return a.answer(ctx, id)
}

// answer waits for the answer of a call. A frame that could not be written shows in
// the end of the connection.
func (a *asker) answer(ctx context.Context, id string) ([]byte, error) {
	for {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w in %v", errNoAnswer, a.patience)
		case e, open := <-a.link.Events():
			if !open || e.Kind == bridge.Down {
				a.down = &e
				return nil, errLinkDown
			}
			if a.decoder.Decode(e.Data, e.At, &a.frame) != nil || a.frame.Kind != bridge.ReplyFrame || a.frame.Reply.ID != id {
				continue // what nobody asked for
			}
			if f := a.frame.Reply.Failure; f != nil {
				return nil, f
			}
			return a.frame.Reply.Data, nil
		}
	}
}

// pauseFor waits; the error is that of a context that ended first.
func pauseFor(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(max(d, time.Millisecond))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
