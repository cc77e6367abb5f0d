package stack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/engine/gateway"
)

// UpstreamConfig is what an Upstream is made of.
type UpstreamConfig struct {
	URL      string // of the broker
	Token    func() (string, error)
	Attempts string             // file in which attempts to connect are remembered
	Client   *http.Client       // nil = http.DefaultClient
	Universe *engine.Universe   // the instruments; only the Upstream uses it
	Now      func() engine.Time // stamps the quotes
	Without  string             // what happens without quotes, for people

	// Quote takes every quote, in order; an error of it ends Run.
	Quote func(q *engine.Quote) error
	// Gap says that what the quotes said holds no longer: the link is gone, all quotes
	// are silent, or Run is about to return. Optional.
	Gap func()
	// Tick is called once a second; an error of it ends Run. Optional.
	Tick func() error
	// Tell is given what people should hear. It must not block.
	Tell func(kind gateway.OutputKind, text string)
}

// Patience of an Upstream.
const (
	// SilentAfter is how long the broker may send no quote before they count as
	// silent. It repeats every quote once a second, changed or not.
	SilentAfter = 5 * time.Second
	askAgain    = time.Minute                // an instrument without a quote for so long is subscribed to again
	askMost     = 12 * bridge.MaxInstruments // instruments at a time; the broker takes 20 frames a minute
)

// Upstream listens to the broker's quotes for a program that trades nothing there.
// Its link is a bridge.Subscriber, so no order can leave through it.
//
// Fields that a quote leaves out are filled in with what was stated last, but never
// across a gap. For one call of Run; Status may be called from any goroutine.
type Upstream struct {
	UpstreamConfig
	link    *bridge.Subscriber
	decoder *bridge.Decoder
	frame   bridge.Frame
	tops    []engine.Top
	heard   []engine.Time // of each instrument's newest quote, or subscription
	newest  engine.Time   // of any quote, or of the connection
	ask     engine.Time   // no subscription before this
	up      bool
	told    bool // of the first failure

	mu     sync.Mutex // guards what follows
	status gateway.FeedView
}

// NewUpstream returns an Upstream that Run starts.
func NewUpstream(c UpstreamConfig) *Upstream {
	u := &Upstream{
		UpstreamConfig: c, decoder: bridge.NewDecoder(c.Universe),
		tops: make([]engine.Top, c.Universe.Len()), heard: make([]engine.Time, c.Universe.Len()),
		link: bridge.NewSubscriber(bridge.LinkConfig{
			URL: c.URL, Token: c.Token, Now: c.Now, Attempts: c.Attempts, Client: c.Client, Seed: uint64(time.Now().UnixNano()),
		}),
	}
	u.forget()
	u.status = gateway.FeedView{State: gateway.FeedDown, Since: c.Now(), Reason: "not connected yet"}
	return u
}

// Run listens until the context ends, which is no error, the broker refuses the key
// (bridge.ErrUnauthorized), another program takes the session (bridge.ErrTakenOver),
// or Quote or Tick fails.
func (u *Upstream) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- u.link.Run(ctx) }()
	err := u.listen(ctx)
	cancel()
	u.gap()
	if e := <-ended; !errors.Is(err, e) {
		err = errors.Join(err, e)
	}
	return err
}

func (u *Upstream) listen(ctx context.Context) error {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		var err error
		select {
		case e, ok := <-u.link.Events():
			if !ok {
				return nil
			}
			err = u.event(ctx, &e)
		case <-second.C:
			err = u.tick(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// Status is how it fares.
func (u *Upstream) Status() gateway.FeedView {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.status
}

// set changes the status and returns the one before.
func (u *Upstream) set(state string, at engine.Time, reason string) gateway.FeedView {
	u.mu.Lock()
	defer u.mu.Unlock()
	before := u.status
	u.status.State, u.status.Reason = state, reason
	if was, is := before.State == gateway.FeedLive, state == gateway.FeedLive; was != is {
		u.status.Since = at
		if was {
			u.status.Gaps++
		}
	}
	return before
}

func (u *Upstream) count(quotes, faults int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.Quotes += int64(quotes)
	u.status.Faults += int64(faults)
}

func (u *Upstream) event(ctx context.Context, e *bridge.Event) error {
	switch e.Kind {
	case bridge.Up:
		u.connected(ctx, e.At)
		return nil
	case bridge.Down:
		u.down(e)
		if e.Class == bridge.TakenOver {
			return bridge.ErrTakenOver
		}
		return nil
	}
	return u.message(e)
}

// connected subscribes to everything: the broker remembers nothing.
func (u *Upstream) connected(ctx context.Context, at engine.Time) {
	u.up, u.newest, u.ask = true, at, at
	for i := range u.heard {
		u.heard[i] = engine.NoTime
	}
	u.set(gateway.FeedSilent, at, "connected, and no quote has come yet")
	u.Tell(gateway.Note, "the broker's quotes: connected")
	u.subscribe(ctx, at)
}

// subscribe asks for the instruments that have been silent for long, the longest first.
// A frame that cannot be written is a link that is going down: it says so itself.
func (u *Upstream) subscribe(ctx context.Context, now engine.Time) {
	if !u.up || now < u.ask {
		return
	}
	var silent []engine.InstrumentID
	for id, last := range u.heard {
		if last == engine.NoTime || now.Sub(last) >= askAgain {
			silent = append(silent, engine.InstrumentID(id))
		}
	}
	if len(silent) == 0 {
		return
	}
	slices.SortStableFunc(silent, func(a, b engine.InstrumentID) int { return cmp.Compare(u.heard[a], u.heard[b]) })
	silent = silent[:min(len(silent), askMost)]
	names := make([]string, 0, len(silent))
	again := false
	for _, id := range silent {
		again = again || u.heard[id] != engine.NoTime
		names = append(names, u.Universe.Get(id).Key)
		u.heard[id] = now
	}
	u.ask = now.Add(askAgain)
	if again {
		u.Tell(gateway.Note, fmt.Sprintf("no quotes of %d instruments, %s among them, for %v: subscribing again", len(names), names[0], askAgain))
	}
	_ = u.link.Subscribe(ctx, names)
}

// down says that there is no link. That it still cannot be had is a smaller matter.
func (u *Upstream) down(e *bridge.Event) {
	first := u.up || !u.told
	if u.up {
		u.gap()
	}
	u.up, u.told = false, true
	u.set(gateway.FeedDown, e.At, e.Text)
	since := clock(u.Status().Since)
	if first {
		u.Tell(gateway.Alarm, fmt.Sprintf("the broker's quotes are down since %s, %s: %s", since, u.Without, e.Text))
		return
	}
	u.Tell(gateway.Note, fmt.Sprintf("the broker's quotes are still down, since %s: %s", since, e.Text))
}

// message takes a frame of the broker.
func (u *Upstream) message(e *bridge.Event) error {
	if err := u.decoder.Decode(e.Data, e.At, &u.frame); err != nil {
		u.fault("a frame of the broker cannot be read: "+err.Error(), 1)
		return nil
	}
	if n := len(u.frame.Faults); n > 0 {
		u.fault(u.frame.Faults[0], n)
	}
	switch u.frame.Kind {
	case bridge.ConnectionError:
		u.Tell(gateway.Note, "the broker says: "+u.frame.Text)
	case bridge.MarketData:
		return u.quotes(e.At)
	}
	return nil
}

// fault counts what could not be used, and tells of the first.
func (u *Upstream) fault(why string, n int) {
	if u.Status().Faults == 0 {
		u.Tell(gateway.Note, "left out: "+why)
	}
	u.count(0, n)
}

func (u *Upstream) quotes(at engine.Time) error {
	for i := range u.frame.Quotes {
		q := &u.frame.Quotes[i]
		u.complete(q)
		u.heard[q.Instrument], u.newest = at, at
		u.count(1, 0)
		if err := u.Quote(q); err != nil {
			return err
		}
	}
	if len(u.frame.Quotes) > 0 && u.Status().State != gateway.FeedLive {
		before := u.set(gateway.FeedLive, at, "")
		text := "the broker's quotes are here"
		if before.Gaps > 0 {
			text = fmt.Sprintf("the broker's quotes are back, after %v", at.Sub(before.Since).Round(time.Millisecond))
		}
		u.Tell(gateway.Note, text)
	}
	return nil
}

// complete fills in the sides that a quote does not state with what was stated last:
// the broker leaves out what did not change, and a quote states the whole book. A
// last price that is absent stays absent: there was no trade to tell of.
func (u *Upstream) complete(q *engine.Quote) {
	top := &u.tops[q.Instrument]
	if q.Bid == engine.NoPrice {
		q.Bid, q.BidSize = top.Bid, top.BidSize
	}
	if q.Ask == engine.NoPrice {
		q.Ask, q.AskSize = top.Ask, top.AskSize
	}
	top.Apply(q)
}

// gap ends what holds of the quotes so far.
func (u *Upstream) gap() {
	u.forget()
	if u.Gap != nil {
		u.Gap()
	}
}

func (u *Upstream) forget() {
	for i := range u.tops {
		u.tops[i] = engine.NewTop()
	}
}

// tick notices silence.
func (u *Upstream) tick(ctx context.Context) error {
	now := u.Now()
	if u.up && now.Sub(u.newest) >= SilentAfter && u.Status().Reason != silentReason {
		u.gap()
		u.set(gateway.FeedSilent, u.newest, silentReason)
		u.Tell(gateway.Alarm, fmt.Sprintf("the broker's quotes are silent since %s, %s: %s", clock(u.Status().Since), u.Without, silentReason))
	}
	u.subscribe(ctx, now)
	if u.Tick != nil {
		return u.Tick()
	}
	return nil
}

// silentReason is why a link that stands has no quotes, as far as can be told: the
// Upstream asks the broker nothing.
const silentReason = "the link stands, so look whether NinjaTrader runs and its add-on is connected"

// clock is a moment for people.
func clock(t engine.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
