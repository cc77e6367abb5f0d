package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/bus"
	"tollgate/engine/gateway"
	"tollgate/engine/journal"
	"tollgate/strategies"
	"tollgate/strategies/script"
	"tollgate/strategies/worker"
)

// workerName is the name of the worker inside the gateway's own process.
const workerName = "local"

// house is the worker of one account and all that ties it to the gateway.
type house struct {
	stack   *Stack
	account int
	name    string
	feed    *bus.Stream // to the worker
	events  *bus.Sub    // the same at the worker's end
	intents *bus.Sub
	beats   *bus.Sub
	news    *bus.Sub
	record  *journal.Writer
	config  worker.Config
	trades  []trade
	serving chan struct{} // closed when the worker takes requests
}

// trade is a strategy of the account, its script read and checked.
type trade struct {
	config  *configs.Strategy
	numbers []int
}

// What a new version of a script has to stand.
const (
	history     = 1 << 16         // market events of each instrument kept to warm new versions with
	takebackFor = 5 * time.Minute // of event time in which a new version is taken back by itself
	maxDenials  = 20              // denials in that time that take it back
	newsQueue   = 1024
)

// openHouse reads the scripts of an account and makes its worker, if it has any.
func (s *Stack) openHouse(account int) error {
	a := &s.Config.Accounts[account]
	h := &house{stack: s, account: account, name: a.Name, serving: make(chan struct{})}
	for i := range s.Config.Strategies {
		if st := &s.Config.Strategies[i]; st.Account == a.Name {
			h.trades = append(h.trades, trade{st, s.setup.Trades[st.Name]})
		}
	}
	if len(h.trades) == 0 {
		return nil
	}
	s.houses = append(s.houses, h)
	if err := h.configure(); err != nil {
		return err
	}
	return h.connect()
}

// configure reads and checks the scripts.
func (h *house) configure() error {
	s := h.stack
	h.config = worker.Config{
		Account: h.name, Name: workerName, Universe: s.universe, Zone: time.LoadLocation, History: history, Bus: s.bus,
		First: uint64(time.Now().UnixNano()), Clock: s.Clock, Options: script.Options{Guard: s.Guard},
		Takeback: strategies.Guard{For: takebackFor, Denials: maxDenials}, Shadow: s.Shadow,
	}
	for _, t := range h.trades {
		src, err := script.Read(t.config.Script)
		if err != nil {
			return fmt.Errorf("strategy %s: %w", t.config.Name, err)
		}
		checked, err := script.Check(src)
		if err != nil {
			return err
		}
		if _, err := checked.Load(script.Options{Params: t.config.Params, Guard: s.Guard}); err != nil {
			return fmt.Errorf("strategy %s: %w", t.config.Name, err)
		}
		x := worker.Script{Name: t.config.Name, Checked: checked, Params: t.config.Params, Path: t.config.Script, Watch: s.Watch}
		if t.config.OnPanic == "leave" {
			x.OnPanic = strategies.LeaveOnPanic
		}
		h.config.Scripts = append(h.config.Scripts, x)
	}
	return nil
}

// connect opens the worker's journal and its ends of the bus.
func (h *house) connect() (err error) {
	s := h.stack
	dir := WorkerJournal(s.Config.DataDir, h.name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if h.record, _, err = journal.Open(dir, journal.Options{Retain: journal.Retain{Bytes: s.Config.Live.JournalMB << 20}}); err != nil {
		return err
	}
	h.config.Record = func(kind byte, payload []byte) error {
		_, err := h.record.Append(kind, payload)
		return err
	}
	h.feed = bus.NewStream(s.bus, bus.Feed(h.name), h.config.First)
	subscribe := func(subject string, bound int) *bus.Sub {
		sub, e := s.bus.Subscribe(subject, bound)
		err = errors.Join(err, e)
		return sub
	}
	h.events = subscribe(bus.Feed(h.name), worker.FeedQueue)
	h.beats = subscribe(bus.Beats(h.name, bus.EveryWorker), newsQueue)
	h.news = subscribe(bus.News(h.name, bus.EveryWorker), newsQueue)
	if err != nil {
		return err
	}
	h.config.Feed = h.events.C
	h.intents, err = s.bus.Handle(bus.Intents(h.name, bus.EveryWorker), h.carryIntent())
	return err
}

// number gives the strategies the numbers that the Desk knows them by.
func (h *house) number(d *engine.Desk) error {
	for i, t := range h.trades {
		x := &h.config.Scripts[i]
		for _, n := range t.numbers {
			id, ok := d.Find(t.config.Name, engine.InstrumentID(n))
			if !ok {
				return fmt.Errorf("strategy %s is not known to the desk of %s", t.config.Name, h.name)
			}
			x.Instances = append(x.Instances, worker.Instance{ID: id, Instrument: engine.InstrumentID(n)})
			h.stack.board.enlist(strategyLine{account: h.account, id: id, StrategyView: gateway.StrategyView{
				Name: t.config.Name, Account: h.name, Instrument: h.stack.universe.Get(engine.InstrumentID(n)).Key,
				State: gateway.StrategyRunning, Version: x.Checked.Source.Hash, Since: engine.NoTime,
			}})
		}
	}
	return nil
}

// run runs the worker and watches that it is heard of.
func (h *house) run(ctx context.Context) error {
	w, err := worker.New(h.config)
	if err != nil {
		return err
	}
	stop, err := w.Serve(h.stack.bus)
	if err != nil {
		return err
	}
	defer stop()
	close(h.serving)
	done := make(chan struct{})
	var watch sync.WaitGroup
	defer watch.Wait()
	defer close(done)
	watch.Go(func() { h.watchBeats(done) })
	return w.Run(ctx)
}

// carryIntent returns what hands on what the worker wants. It is the worker that runs
// it, in the same process, so it does not wait: a message that finds the queue full is
// dropped. One that is missing shows in the numbers of the intents themselves, which
// the Desk checks.
func (h *house) carryIntent() func(bus.Msg) {
	var follow bus.Follower
	return func(m bus.Msg) {
		data, err := follow.Take(m.Data)
		if err != nil && data == nil {
			return
		}
		select {
		case h.stack.messages <- gateway.Message{Account: h.account, Data: data}:
		default:
		}
	}
}

// carryNews carries what the worker says to people, until the subscription has ended
// and nothing is queued.
func (h *house) carryNews() {
	for m := range h.news.C {
		c, err := engine.ParseNews(m.Data)
		if err != nil {
			continue
		}
		h.stack.board.news(h.account, c)
		switch c := c.(type) {
		case *engine.Log:
			h.stack.tell(gateway.Note, h.label(c.Strategy)+c.Text)
		case *engine.Halt:
			h.stack.tell(gateway.Alarm, h.label(c.Strategy)+"stopped: "+c.Reason)
		case *engine.Version:
			h.stack.tell(gateway.Note, h.label(c.Strategy)+versionText(c))
		}
	}
}

func versionText(v *engine.Version) string {
	hash := v.Hash[:min(12, len(v.Hash))]
	if v.Rollback != "" {
		return "the version before is back, " + hash + ": " + v.Rollback
	}
	return "runs version " + hash
}

// label names a strategy instance for people.
func (h *house) label(id engine.StrategyID) string {
	for _, s := range h.config.Scripts {
		for _, i := range s.Instances {
			if i.ID == id {
				return fmt.Sprintf("%s on %s: ", s.Name, h.stack.universe.Get(i.Instrument).Key)
			}
		}
	}
	return h.name + ": "
}

// watchBeats tells the gateway when the worker has been silent for too long, once
// for each silence.
func (h *house) watchBeats(done <-chan struct{}) {
	silent := h.stack.Config.Live.WorkerSilent
	t := time.NewTimer(silent)
	defer t.Stop()
	for {
		select {
		case <-done:
			return
		case _, ok := <-h.beats.C:
			if !ok {
				return
			}
			t.Reset(silent)
			h.stack.board.heard(h.account, "")
		case <-t.C:
			why := fmt.Sprintf("nothing was heard of it for %v", silent)
			h.stack.board.heard(h.account, why)
			h.stack.hand(gateway.Message{Account: h.account, Lost: why})
		}
	}
}

// drainWait is how long the last messages of workers may be on their way.
const drainWait = 100 * time.Millisecond

// drain gives the gateway and people time to hear what the strategies wanted and said
// last. Nothing says that the bus has delivered everything, but it takes far less.
func (s *Stack) drain() {
	quiet := time.NewTimer(drainWait)
	defer quiet.Stop()
	select {
	case <-quiet.C:
	case <-s.ended:
	}
	for _, h := range s.houses {
		h.news.Close() // ends carryNews
	}
}

func (h *house) close() error {
	for _, sub := range []*bus.Sub{h.events, h.intents, h.beats, h.news} {
		if sub != nil {
			sub.Close()
		}
	}
	if h.record != nil {
		return h.record.Close()
	}
	return nil
}
