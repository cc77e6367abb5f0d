package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/engine/gateway"
	"tollgate/sim/fakebridge"
)

// wanted are the instruments that are subscribed to; the broker knows the first two.
var wanted = []string{"ES 12-26", "NQ 12-26", "CL 01-27"}

func universe(t *testing.T, keys ...string) *engine.Universe {
	t.Helper()
	u := engine.NewUniverse()
	for _, key := range keys {
		if _, err := u.Add(key, engine.Spec{Root: key[:2], Tick: 250_000_000, PointValue: decimal.NewFromInt(50)}); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// secondly is a feed of one quote a second of each instrument that the broker knows.
type secondly struct {
	at engine.Time
	n  int
}

func (f *secondly) Next(q *engine.Quote) error {
	i := f.n / 2
	p := engine.Price(20_000 + i%7)
	*q = engine.Quote{
		At: f.at.Add(time.Duration(i) * time.Second), Instrument: engine.InstrumentID(f.n % 2), Kind: engine.QuoteChange,
		Bid: p, Ask: p + 1, Last: p, BidSize: 5, AskSize: 5, LastSize: engine.UnknownQty, Volume: engine.Qty(1000 + i),
	}
	f.n++
	return nil
}

func (f *secondly) Close() error { return nil }

// listening is an Upstream on a simulated broker, in a bubble of synctest.
type listening struct {
	*Upstream
	t      *testing.T
	broker *fakebridge.Server
	ended  chan error
	stop   context.CancelFunc

	mu     sync.Mutex
	quotes []engine.Quote
	order  string // q = a quote, | = a gap; repetitions are left out
	told   []string
	ticks  int
	fail   error
}

const upstreamKey = "made-up-for-tests"

func listen(t *testing.T, quirks ...string) *listening {
	t.Helper()
	c := fakebridge.Config{
		Universe: universe(t, wanted[:2]...), Feed: &secondly{at: engine.TimeOf(time.Now())}, Speed: 1, Token: upstreamKey,
		Accounts: []fakebridge.Account{{Name: "Sim101", Cash: engine.Dollars(100_000)}},
	}
	for _, q := range quirks {
		if err := c.Quirks.Set(q); err != nil {
			t.Fatal(err)
		}
	}
	broker, err := fakebridge.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return listenTo(t, broker, upstreamKey)
}

func listenTo(t *testing.T, broker *fakebridge.Server, key string) *listening {
	l := &listening{t: t, broker: broker, ended: make(chan error, 1)}
	l.Upstream = NewUpstream(UpstreamConfig{
		URL: "ws://broker/ws/stream", Token: func() (string, error) { return key, nil }, Client: broker.Memory(),
		Attempts: filepath.Join(t.TempDir(), "link-attempts"), Universe: universe(t, wanted...),
		Now: func() engine.Time { return engine.TimeOf(time.Now()) }, Without: "nothing fills",
		Quote: l.quote, Gap: func() { l.note('|') }, Tick: l.tick, Tell: l.tell,
	})
	ctx, cancel := context.WithCancel(t.Context())
	l.stop = cancel
	go func() { l.ended <- l.Run(ctx) }()
	return l
}

func (l *listening) note(what byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.order); n == 0 || l.order[n-1] != what {
		l.order += string(what)
	}
}

func (l *listening) quote(q *engine.Quote) error {
	l.note('q')
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quotes = append(l.quotes, *q)
	return l.fail
}

func (l *listening) tick() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ticks++
	return nil
}

func (l *listening) tell(kind gateway.OutputKind, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if kind == gateway.Alarm {
		text = "ALARM " + text
	}
	l.told = append(l.told, text)
}

// says reports whether something with all these words was told since the last call.
func (l *listening) says(words ...string) {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	found := slices.ContainsFunc(l.told, func(s string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(s, w) })
	})
	if !found {
		l.t.Errorf("nobody was told %q, but %q", words, l.told)
	}
	for _, s := range l.told {
		if strings.Contains(s, upstreamKey) {
			l.t.Errorf("the key is told: %s", s)
		}
	}
	l.told = nil
}

// saw is what has come so far.
func (l *listening) saw() (quotes []engine.Quote, order string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.quotes), l.order
}

// pass lets time go by, which in a bubble it does at once.
func (l *listening) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (l *listening) is(state string) {
	l.t.Helper()
	if got := l.Status(); got.State != state {
		l.t.Errorf("it is %+v and should be %s", got, state)
	}
}

func (l *listening) fault(text string) {
	l.t.Helper()
	if err := l.broker.Fault(text); err != nil {
		l.t.Fatal(err)
	}
}

// end ends it and looks at what the broker saw: subscriptions, and never a call.
func (l *listening) end() error {
	l.t.Helper()
	l.stop()
	err := <-l.ended
	truth := l.broker.Ledger()
	if len(truth.Calls)+len(truth.Orders)+len(truth.Executions) > 0 || truth.BadFrames+truth.Violations > 0 || truth.MostUpgradesIn60s > 4 {
		l.t.Errorf("the broker saw %+v", truth)
	}
	if err := l.broker.Close(); err != nil {
		l.t.Error(err)
	}
	return err
}

// TestUpstream: quotes of everything the broker knows, once a second, stamped on
// receipt; after a cut they go on, with a gap between.
func TestUpstream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t)
		l.is(gateway.FeedDown)
		l.pass(10 * time.Second)
		l.is(gateway.FeedLive)
		quotes, order := l.saw()
		if n := len(quotes); n < 18 || n > 24 || order != "q" {
			t.Errorf("%d quotes, %s", n, order)
		}
		if q := quotes[17]; engine.TimeOf(time.Now()).Sub(q.At) > 3*time.Second || q.Bid < 20_000 || q.Volume < 1000 {
			t.Errorf("%+v", q)
		}
		l.says("are here")
		l.fault("drop")
		l.pass(500 * time.Millisecond)
		l.is(gateway.FeedDown)
		l.says("ALARM", "down since", "nothing fills")
		l.pass(3 * time.Second)
		l.is(gateway.FeedLive)
		l.says("are back, after")
		quotes, order = l.saw()
		if s := l.Status(); order != "q|q" || s.Gaps != 1 || s.Quotes != int64(len(quotes)) {
			t.Errorf("%s, %+v", order, s)
		}
		if err := l.end(); err != nil || l.order != "q|q|" || l.ticks < 13 {
			t.Errorf("%v, %s, %d ticks", err, l.order, l.ticks)
		}
	})
}

// TestUpstreamInABadHour: the broker restarts again and again. The rule of attempts
// holds, it is told once as an alarm, and quotes come back.
func TestUpstreamInABadHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t)
		for range 20 {
			l.pass(time.Minute)
			l.fault("restart=90s")
		}
		l.pass(3 * time.Minute)
		l.is(gateway.FeedLive)
		err := l.end()
		alarms, still := 0, 0
		for _, s := range l.told {
			if strings.HasPrefix(s, "ALARM") {
				alarms++
			}
			if strings.Contains(s, "still down") {
				still++
			}
		}
		if gaps := l.Status().Gaps; int64(alarms) != gaps || gaps == 0 || still < 5 {
			t.Errorf("%d alarms and %d more words in %d gaps", alarms, still, gaps)
		}
		if err != nil {
			t.Error(err)
		}
	})
}

// TestUpstreamIsTakenOver: it stops, and nobody's session is taken back.
func TestUpstreamIsTakenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t)
		l.pass(5 * time.Second)
		l.fault("takeover")
		if err := <-l.ended; !errors.Is(err, bridge.ErrTakenOver) || !strings.Contains(err.Error(), "another program of the same user") {
			t.Error(err)
		}
		l.ended <- nil
		l.pass(24 * time.Hour)
		if n := l.broker.Ledger().Upgrades; n != 1 || l.order != "q|" {
			t.Errorf("%d attempts, %s", n, l.order)
		}
		l.is(gateway.FeedDown)
		_ = l.end()
	})
}

// TestUpstreamIsRefused: with a wrong key, at the start and later.
func TestUpstreamIsRefused(t *testing.T) {
	for _, quirk := range []string{"", "plan-refused"} {
		t.Run(quirk, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := fakebridge.Config{
					Universe: universe(t, wanted[0]), Token: upstreamKey, Quirks: fakebridge.Quirks{PlanRefused: quirk != ""},
					Accounts: []fakebridge.Account{{Name: "Sim101"}},
				}
				broker, err := fakebridge.New(c)
				if err != nil {
					t.Fatal(err)
				}
				l := listenTo(t, broker, map[bool]string{true: upstreamKey, false: "another"}[quirk != ""])
				if err := <-l.ended; !errors.Is(err, bridge.ErrUnauthorized) {
					t.Error(err)
				}
				l.ended <- nil
				if n := broker.Ledger().Upgrades; n != 1 {
					t.Errorf("%d attempts", n)
				}
				_ = l.end()
			})
		})
	}
}

// TestUpstreamWithoutTheAddon: the link stands and nothing comes, or the link ends with
// it; both are told, and quotes end.
func TestUpstreamWithoutTheAddon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, "close-addon=stay")
		l.pass(5 * time.Second)
		l.fault("addon-off")
		l.pass(4 * time.Second)
		l.is(gateway.FeedLive)
		if _, order := l.saw(); order != "q" {
			t.Error(order)
		}
		l.pass(3 * time.Second)
		l.is(gateway.FeedSilent)
		l.says("ALARM", "silent since", "nothing fills", "add-on")
		l.pass(time.Minute)
		if _, order := l.saw(); order != "q|" {
			t.Error(order)
		}
		l.fault("addon-on")
		l.pass(2 * time.Second)
		l.is(gateway.FeedLive)
		l.says("are back, after 1m")
		if err := l.end(); err != nil {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		l := listen(t)
		l.pass(5 * time.Second)
		l.fault("addon-off")
		l.pass(time.Second)
		l.says("ALARM", "down since", "Add-on disconnected")
		l.pass(10 * time.Second)
		l.is(gateway.FeedSilent)
		l.says("ALARM", "silent since", "add-on")
		if err := l.end(); err != nil {
			t.Error(err)
		}
	})
}

// TestUpstreamAsksAgain: what never comes is asked for once a minute, by itself.
func TestUpstreamAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t)
		l.pass(50 * time.Second)
		if n := l.broker.Ledger().Management; n != 1 {
			t.Errorf("%d subscriptions", n)
		}
		l.pass(10 * time.Minute)
		if n := l.broker.Ledger().Management; n < 10 || n > 11 {
			t.Errorf("%d subscriptions", n)
		}
		l.says("no quotes of 1 instruments", wanted[2], "again")
		if err := l.end(); err != nil {
			t.Error(err)
		}
	})
}

// TestUpstreamAsksForMany: as many instruments as the broker takes in a minute, and the
// rest in the next.
func TestUpstreamAsksForMany(t *testing.T) {
	var all []string
	for i := range askMost + 1 {
		all = append(all, fmt.Sprintf("X%03d", i))
	}
	u := NewUpstream(UpstreamConfig{Universe: universe(t, all...), Now: func() engine.Time { return 0 }, Tell: func(gateway.OutputKind, string) {}})
	for i := range u.heard {
		u.heard[i] = engine.NoTime
	}
	u.up = true
	left := func() (n int) {
		for _, at := range u.heard {
			if at == engine.NoTime {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		at   time.Duration
		left int
	}{{0, 1}, {59 * time.Second, 1}, {60 * time.Second, 0}} {
		if u.subscribe(t.Context(), engine.Time(c.at)); left() > c.left {
			t.Errorf("at %v %d are left", c.at, left())
		}
	}
}

// TestUpstreamCompletes: what a quote leaves out is as it was stated last, but not from
// before a gap; no trade is made up.
func TestUpstreamCompletes(t *testing.T) {
	var got []engine.Quote
	u := NewUpstream(UpstreamConfig{
		Universe: universe(t, wanted...), Now: func() engine.Time { return 0 }, Tell: func(gateway.OutputKind, string) {},
		Quote: func(q *engine.Quote) error { got = append(got, *q); return nil },
	})
	say := func(quote string) engine.Quote {
		t.Helper()
		data := `{"type":"marketData","quotes":[{"instrument":"ES 12-26",` + quote + `}]}`
		if err := u.message(&bridge.Event{Kind: bridge.Message, Data: []byte(data)}); err != nil {
			t.Fatal(err)
		}
		return got[len(got)-1]
	}
	const no = engine.NoPrice
	want := func(quote string, bid, ask, last engine.Price) {
		t.Helper()
		if q := say(quote); q.Bid != bid || q.Ask != ask || q.Last != last || q.Kind != engine.QuoteChange {
			t.Errorf("%s: %+v", quote, q)
		}
	}
	want(`"bid":10`, 40, no, no)
	want(`"ask":11,"last":10.5`, 40, 44, 42)
	want(`"bid":0,"volume":7`, 40, 44, no)
	want(`"bid":10.25`, 41, 44, no)
	u.gap()
	want(`"ask":11.25`, no, 45, no)
	if n := len(got); n != 5 {
		t.Errorf("%d quotes", n)
	}
	for _, bad := range []string{`{"type":"marketData","quotes":[{"instrument":"ZZ 12-26","bid":1}]}`, `{"type":"marketData"}`, `[`, `{"type":"pnlUpdate","accounts":[]}`, `{"error":"no"}`} {
		if err := u.message(&bridge.Event{Kind: bridge.Message, Data: []byte(bad)}); err != nil {
			t.Error(err)
		}
	}
	if s := u.Status(); s.Faults != 3 || len(got) != 5 {
		t.Errorf("%+v", s)
	}
}

// TestUpstreamEndsWithItsUser: when a quote cannot be taken, Run says why.
func TestUpstreamEndsWithItsUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t)
		l.mu.Lock()
		l.fail = io.ErrShortWrite
		l.mu.Unlock()
		if err := <-l.ended; !errors.Is(err, io.ErrShortWrite) || len(l.quotes) != 1 {
			t.Errorf("%v after %d quotes", err, len(l.quotes))
		}
		l.ended <- nil
		_ = l.end()
	})
}

// TestUpstreamCannotTrade: its link is a Subscriber, and it shows no link to anybody.
func TestUpstreamCannotTrade(t *testing.T) {
	subscriber := reflect.TypeFor[*bridge.Subscriber]()
	links := 0
	for f := range reflect.TypeFor[Upstream]().Fields() {
		if f.Type.String() == "*bridge.Link" || f.Type == subscriber && f.IsExported() {
			t.Errorf("field %s is %s", f.Name, f.Type)
		}
		if f.Type == subscriber {
			links++
		}
	}
	var can []string
	for m := range reflect.TypeFor[*Upstream]().Methods() {
		can = append(can, m.Name)
	}
	if s := strings.Join(can, " "); links != 1 || s != "Run Status" {
		t.Errorf("%d links; it can %s", links, s)
	}
}
