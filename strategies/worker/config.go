package worker

import (
	"errors"
	"fmt"
	"math"
	"time"

	"tollgate/engine"
	"tollgate/engine/bus"
	"tollgate/strategies"
	"tollgate/strategies/script"
)

// Defaults and limits.
const (
	DefaultBeat = 200 * time.Millisecond
	FeedQueue   = 1 << 14 // messages a subscription to the feed should be asked to queue

	resyncEvery = time.Second // of the machine's clock
	maxReason   = 1000        // bytes
	maxStrategy = math.MaxUint16
)

// ErrFeedClosed is the end of a worker whose bus was closed before its context.
var ErrFeedClosed = errors.New("worker: the bus was closed")

// Clock is the time a worker's timers fire by: the machine's, or a recording's that
// runs faster. It must be that of the gateway.
type Clock interface {
	Now() engine.Time
	// Until is how long a machine must wait for the clock to show t; 0 or less when it has passed.
	Until(t engine.Time) time.Duration
}

// Config is what a Worker is made of.
type Config struct {
	Account string
	Name    string // of the worker; its intents, beats and news are under it
	// Universe has every instrument of the scripts; nothing may be added to it while
	// the worker runs, except by whoever feeds the worker, before the first event of it.
	Universe *engine.Universe
	Scripts  []Script
	Zone     func(name string) (*time.Location, error) // see strategies.RunnerConfig
	History  int                                       // see strategies.RunnerConfig

	// Feed is a subscription to bus.Feed(Account), FeedQueue long.
	Feed <-chan bus.Msg
	// Bus is where intents, beats and news go.
	Bus bus.Publisher
	// First is the number before that of the first message the worker publishes; see
	// bus.NewStream.
	First uint64
	Clock Clock
	// Record keeps an input; see the kinds. An error ends the worker. It is called by
	// New and then from the goroutine of Run alone; the payload is valid during the
	// call. Nil = nothing is kept.
	Record func(kind byte, payload []byte) error
	// Beat is the time between heartbeats; 0 = DefaultBeat.
	Beat time.Duration // of the machine's clock

	Options  script.Options   // to load programs with, its Guard above all; Params are those of the script
	Takeback strategies.Guard // when a new version is taken back by itself
	Shadow   time.Duration    // of market events a candidate is rehearsed on; 0 = none is
}

// Script is one strategy with the instances that run it.
type Script struct {
	Name      string // unique in a worker; what Reload and Rollback are given
	Checked   *script.Checked
	Params    map[string]string
	Path      string // its files, for Reload; empty = it cannot be reloaded
	Watch     bool   // take new versions as soon as the files change
	OnPanic   strategies.OnPanic
	Instances []Instance
}

// Instance is one strategy on one instrument, under its number at the Desk.
type Instance struct {
	ID         engine.StrategyID
	Instrument engine.InstrumentID
}

// check refuses what a Worker could not run with, before anything is loaded.
func (c *Config) check() error {
	switch {
	case c.Feed == nil || c.Bus == nil || c.Clock == nil || c.Universe == nil:
		return errors.New("worker: the configuration lacks the feed, the bus, the clock or the universe")
	case c.Takeback.For < 0 || c.Takeback.Denials < 0 || c.Shadow < 0 || c.History < 0:
		return errors.New("worker: takeback, shadow and history cannot be under 0")
	case c.Beat < 0:
		return fmt.Errorf("worker: a heartbeat every %v: choose a time over 0", c.Beat)
	}
	names, ids := map[string]bool{}, map[engine.StrategyID]string{}
	for i := range c.Scripts {
		s := &c.Scripts[i]
		if names[s.Name] {
			return fmt.Errorf("worker: two scripts are named %q: give them different names", s.Name)
		}
		names[s.Name] = true
		if s.Checked == nil || s.Watch && s.Path == "" {
			return fmt.Errorf("worker: script %s has no source, or no path to watch", s.Name)
		}
		if len(s.Instances) == 0 {
			return fmt.Errorf("worker: script %s runs on no instrument: give it one, or leave it out", s.Name)
		}
		for _, in := range s.Instances {
			if other, taken := ids[in.ID]; taken {
				return fmt.Errorf("worker: scripts %s and %s both have an instance number %d", other, s.Name, in.ID)
			}
			ids[in.ID] = s.Name
			if int(in.Instrument) >= c.Universe.Len() {
				return fmt.Errorf("worker: script %s is on instrument number %d, but there are %d", s.Name, in.Instrument, c.Universe.Len())
			}
		}
	}
	if len(ids) == 0 {
		return errors.New("worker: there is no strategy to run: configure one")
	}
	return nil
}
