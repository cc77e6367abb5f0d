package fakebridge

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"pgregory.net/rapid"

	"tollgate/engine"
	"tollgate/sim/feed"
)

// pair is world for a Config.
func pair(t testing.TB, seconds int) (*engine.Universe, feed.Source) {
	u, f := world(t, seconds)
	return u, f
}

// listen reads frames until the connection ends and counts the quotes.
func (c *client) listen() (quotes func() int) {
	n := make(chan int, 1)
	n <- 0
	go func() {
		for {
			_, data, err := c.ws.Read(context.Background())
			if err != nil {
				return
			}
			var m map[string]any
			if json.Unmarshal(data, &m) == nil && m["type"] == "marketData" {
				n <- <-n + 1
			}
		}
	}()
	return func() int {
		synctest.Wait()
		v := <-n
		n <- v
		return v
	}
}

// TestPace: at 10x the market's clock runs ten times as fast as the real one, a
// snapshot comes once a market second, and pausing stops both.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p, end := bubble(t, Config{Speed: 10})
		c := dialPipe(t, p)
		quotes := c.listen()
		c.send(`{"action":"subscribe","instruments":["ES 12-26"]}`)
		synctest.Wait()
		began, had := s.MarketTime(), quotes()
		pass(5 * time.Second)
		if got := s.MarketTime().Sub(began); got != 50*time.Second {
			t.Errorf("market time went on by %s in 5 s", got)
		}
		if got := quotes() - had; got != 50 {
			t.Errorf("%d snapshots in 50 market seconds", got)
		}
		s.Pause()
		had = quotes()
		pass(time.Hour)
		if got := s.MarketTime().Sub(began); got != 50*time.Second || quotes() != had {
			t.Errorf("paused, it went on to %s and sent %d quotes", got, quotes()-had)
		}
		s.Resume()
		if err := s.SetSpeed(0.1); err != nil {
			t.Fatal(err)
		}
		pass(20 * time.Second)
		if got := s.MarketTime().Sub(began); got != 52*time.Second {
			t.Errorf("at 0.1x it went on by %s in 20 s", got-50*time.Second)
		}
		_ = c.ws.CloseNow()
		end()
	})
}

// pass lets the bubble's clock go on.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// TestBudgetRunsWithTheSpeed: at 10x a second gives thirty calls' worth of tokens,
// unless the scale is fixed.
func TestBudgetRunsWithTheSpeed(t *testing.T) {
	for _, k := range []struct {
		speed, scale float64
		want         float64
	}{{10, 0, 15}, {10, 1, 1.5}, {0.1, 0, 1.5}, {0, 0, 1.5}} {
		synctest.Test(t, func(t *testing.T) {
			s, _, end := bubble(t, Config{Speed: k.speed, BudgetScale: k.scale})
			if err := s.Fault("drain=20"); err != nil {
				t.Fatal(err)
			}
			pass(time.Second / 2)
			if got := s.Ledger().Tokens; got < k.want-1e-6 || got > k.want+1e-6 {
				t.Errorf("speed %g, scale %g: %g tokens after half a second, want %g", k.speed, k.scale, got, k.want)
			}
			end()
		})
	}
}

// TestFlatOut: as fast as the client reads, every second of the recording arrives,
// in order, and a client that does not read is not cut off.
func TestFlatOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u, f := world(t, 5000)
		s, p, end := bubble(t, Config{Universe: u, Feed: f, Speed: 0})
		c := dialPipe(t, p)
		pass(time.Second)
		if st := s.Status(); st.Events != 0 {
			t.Errorf("played to nobody: %+v", st)
		}
		c.send(`{"action":"subscribe","instruments":["ES 12-26"]}`)
		pass(time.Second)
		if st := s.Status(); st.Ended || st.Slow != 0 || st.Events == 0 {
			t.Errorf("nobody reads, but: %+v", st)
		}
		volume := 0.0
		for volume < 1000+3*4999 {
			m, err := c.read()
			if err != nil {
				t.Fatal(err)
			}
			q := m["quotes"].([]any)[0].(map[string]any)
			if v := q["volume"].(float64); v != volume+3 && volume != 0 {
				t.Fatalf("volume %g after %g", v, volume)
			}
			volume = q["volume"].(float64)
		}
		began := s.MarketTime()
		pass(time.Minute)
		if got := s.MarketTime().Sub(began); got != time.Minute {
			t.Errorf("after the end the market's clock went on by %s in a minute", got)
		}
		_ = c.ws.CloseNow()
		end()
		if !f.closed {
			t.Error("the feed was not closed")
		}
	})
}

// TestSlowClient: at a pace that does not wait, a client that does not read is cut
// off once its queue is full.
func TestSlowClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p, end := bubble(t, Config{Speed: 100})
		c := dialPipe(t, p)
		c.send(`{"action":"subscribe","instruments":["ES 12-26"]}`)
		pass(10 * time.Second) // 1000 snapshots
		if st := s.Status(); st.Slow != 0 || !st.Connected {
			t.Errorf("within the bound: %+v", st)
		}
		pass(time.Second)
		if st := s.Status(); st.Slow != 1 {
			t.Errorf("beyond it: %+v", st)
		}
		_ = c.ws.CloseNow()
		end()
	})
}

// TestHalfOpen: a silent connection stays open, but answers neither calls nor pings.
func TestHalfOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p, end := bubble(t, Config{Speed: 1})
		c := dialPipe(t, p)
		quotes := c.listen()
		c.send(`{"action":"subscribe","instruments":["ES 12-26"]}`)
		ping := func() error {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			return c.ws.Ping(ctx)
		}
		if err := ping(); err != nil {
			t.Fatalf("a healthy link does not answer pings: %v", err)
		}
		if err := s.Fault("silent"); err != nil {
			t.Fatal(err)
		}
		had := quotes()
		pass(time.Minute)
		if quotes() != had {
			t.Error("quotes still come")
		}
		if err := ping(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ping: %v", err)
		}
		again := dialPipe(t, p)
		if got := again.call("GetAllOrders", `{}`); got["success"] != true {
			t.Errorf("a new connection beside the dead one: %v", got)
		}
		_ = again.ws.CloseNow()
		_ = c.ws.CloseNow()
		end()
	})
}

// TestDelayedReply: replies come when they are due, on the clock of the limits.
func TestDelayedReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p, end := bubble(t, Config{Speed: 10})
		c := dialPipe(t, p)
		if err := s.Fault("delay=30s"); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if got := c.call("GetAllOrders", `{}`); got["success"] != true {
			t.Fatalf("reply: %v", got)
		}
		if took := time.Since(began); took < 3*time.Second || took > 3*time.Second+time.Microsecond {
			t.Errorf("30 s at 10x took %s", took)
		}
		_ = c.ws.CloseNow()
		end()
	})
}

// TestByHand: with Manual nothing moves but by Step, StepTo and Tick.
func TestByHand(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	u, f := world(t, 10)
	s := start(t, Config{Universe: u, Feed: f, Manual: true, Speed: 1, Clock: func() time.Time { return at }})
	began := s.MarketTime()
	if st := s.Status(); st.Events != 1 {
		t.Fatalf("at the start: %+v", st)
	}
	at = at.Add(2500 * time.Millisecond)
	s.Tick()
	if st := s.Status(); st.Events != 3 || s.MarketTime().Sub(began) != 2500*time.Millisecond {
		t.Errorf("2.5 s later: %+v", st)
	}
	if n, err := s.Step(2); n != 2 || err != nil || s.MarketTime().Sub(began) != 4*time.Second {
		t.Errorf("step: %d events, %v, at %s", n, err, s.MarketTime().Sub(began))
	}
	if n, err := s.StepTo(began.Add(8500 * time.Millisecond)); n != 4 || err != nil || s.MarketTime().Sub(began) != 8500*time.Millisecond {
		t.Errorf("step to: %d events, %v, at %s", n, err, s.MarketTime().Sub(began))
	}
	if n, err := s.Step(9); n != 1 || !errors.Is(err, io.EOF) || !s.Status().Ended {
		t.Errorf("past the end: %d events, %v", n, err)
	}
}

// TestSameRunSameLedger: two servers that are driven alike agree to the byte.
func TestSameRunSameLedger(t *testing.T) {
	run := func() string {
		u, f := world(t, 100)
		s := start(t, Config{Universe: u, Feed: f, Manual: true, Seed: 3, Clock: func() time.Time { return time.Unix(1e9, 0) }, Faults: []string{"reject-later=1@call=2", "partial=1"}})
		c := dial(t, s)
		for i := range 20 {
			if _, err := s.Step(3); err != nil {
				t.Fatal(err)
			}
			if i%3 == 0 {
				c.call("PlaceOrder", `{"account":"Sim101","instrument":"ES","action":"BUY","quantity":2,"orderType":"MARKET","timeInForce":"DAY"}`)
			}
		}
		c.call("FlattenEverything", `{}`)
		text, err := json.Marshal(s.Ledger())
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if a, b := run(), run(); a != b {
		t.Errorf("one run\n%s\nthe other\n%s", a, b)
	}
}

func TestNewMistakes(t *testing.T) {
	u, _ := world(t, 1)
	one := []Account{{Name: "Sim101"}}
	for name, c := range map[string]Config{
		"speed":      {Universe: u, Accounts: one, Speed: -1},
		"no number":  {Universe: u, Accounts: one, Speed: math.NaN()},
		"scale":      {Universe: u, Accounts: one, BudgetScale: 1e7},
		"no account": {Universe: u},
		"twice":      {Universe: u, Accounts: []Account{{Name: "Sim101"}, {Name: "SIM101"}}},
		"universe":   {Accounts: one},
		"fault":      {Universe: u, Accounts: one, Faults: []string{"explode"}},
		"empty feed": {Universe: u, Accounts: one, Feed: &listFeed{}},
	} {
		if s, err := New(c); err == nil {
			t.Errorf("%s: no error", name)
			_ = s.Close()
		}
	}
}

// TestClose: it ends sessions and calls under way, and is harmless twice.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p, end := bubble(t, Config{Speed: 1, Quirks: Quirks{NeverAnswer: []string{"GetAllOrders"}}})
		c := dialPipe(t, p)
		done := make(chan error, 2)
		go func() {
			_, _, err := c.ws.Read(context.Background())
			done <- err
		}()
		go func() {
			_, err := p.Do(request("GET", "/v1/api/orders", ""))
			done <- err
		}()
		synctest.Wait()
		end()
		for range 2 {
			if err := <-done; err == nil {
				t.Error("something went on after Close")
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		was := s.Status()
		pass(time.Minute)
		if n, err := s.Step(1); n != 0 || err == nil || s.Status() != was {
			t.Errorf("a closed server played %d events, %v", n, err)
		}
		if n, err := s.StepTo(s.MarketTime().Add(time.Hour)); n != 0 || err == nil || s.Ledger().Time != was.MarketNS {
			t.Errorf("a closed server played %d events to a time, %v", n, err)
		}
		if err := s.Listen("127.0.0.1:0"); err == nil {
			t.Error("a closed server listens")
		}
		if _, err := s.Memory().Do(request("GET", "/v1/api/orders", "")); err == nil {
			t.Error("a closed server answers")
		}
		_ = c.ws.Close(websocket.StatusNormalClosure, "")
	})
}

// TestShutdown: a client learns that the service ends; one that does not answer does
// not hold it up for longer than it is given.
func TestShutdown(t *testing.T) {
	for _, silent := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s, p, _ := bubble(t, Config{Speed: 1})
			c := dialPipe(t, p)
			ended := make(chan error, 1)
			if !silent {
				go func() {
					_, _, err := c.ws.Read(context.Background())
					ended <- err
				}()
			}
			began := time.Now()
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			if err := s.Shutdown(ctx); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); silent != (took == time.Second) {
				t.Errorf("it took %s", took)
			}
			if !silent && websocket.CloseStatus(<-ended) != websocket.StatusServiceRestart {
				t.Error("the client was not told")
			}
			_ = c.ws.CloseNow()
		})
	}
}

// TestPush: without a feed the market's clock is the real one, and quotes are pushed.
func TestPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u, _ := world(t, 0)
		s, err := New(Config{Universe: u, Accounts: []Account{{Name: "Sim101"}}, Token: testToken, Speed: 1})
		if err != nil {
			t.Fatal(err)
		}
		c := dialPipe(t, s.Memory())
		c.send(`{"action":"subscribe","instruments":["ES1!"]}`)
		began := s.MarketTime()
		pass(time.Minute)
		if got := s.MarketTime().Sub(began); got != time.Minute {
			t.Errorf("the clock went on by %s", got)
		}
		s.Push(&engine.Quote{At: s.MarketTime(), Bid: 20_000, Ask: 20_001, Last: engine.NoPrice, BidSize: 1, AskSize: 1, LastSize: engine.UnknownQty, Volume: engine.UnknownQty})
		m, err := c.read()
		if err != nil {
			t.Fatal(err)
		}
		if q := m["quotes"].([]any)[0].(map[string]any); q["bid"] != 5000.0 || q["last"] != nil || q["instrument"] != "ES1!" {
			t.Errorf("quote %v", q)
		}
		_ = c.ws.CloseNow()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestPaceAgainstTwin: the clock never goes back, whatever its rates, waits long
// enough and not a nanosecond of its own too long, and ends at the end of time.
func TestPaceAgainstTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := time.Unix(1_700_000_000, 0)
		p := pace{r, engine.TimeOf(r), 1}
		for range rapid.IntRange(1, 20).Draw(t, "changes") {
			p.change(r, rapid.SampledFrom([]float64{0, 0.1, 1, 3, 10, 100, 1000}).Draw(t, "rate"))
			target := p.at(r) + engine.Time(rapid.Int64Range(0, 1e15).Draw(t, "ahead"))
			if d := p.until(r, target); d != never {
				if late := p.at(r.Add(d)) - target; float64(late) > 2*p.rate+1 || late < -1000 {
					t.Fatalf("rate %g: after %s it shows %d ns beyond the target", p.rate, d, late)
				}
			}
			was := p.at(r)
			r = r.Add(time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "dt")))
			if p.at(r) < was {
				t.Fatalf("rate %g: it went back", p.rate)
			}
		}
		p.rate = 1e6
		if got := p.at(r.AddDate(100, 0, 0)); got < p.base || got > engine.Time(never) {
			t.Fatalf("in a century at a million it shows %d", got)
		}
	})
}
