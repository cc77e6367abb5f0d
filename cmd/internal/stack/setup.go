package stack

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/gateway"
	"tollgate/risk"
)

// Setup is all that a run was made of besides what happens in it. It is the first
// record of a run, so that the run can be made again from the journal alone.
type Setup struct {
	File        string           // name of the configuration
	Config      string           // its text
	Instruments []string         // canonical names, by number
	Trades      map[string][]int // numbers of the instruments by the name of the strategy
	Scale       float64          // speed of the clock against real time
	AnyHour     bool             `json:",omitempty"` // the market runs at other hours than the clock
}

// maxOpen is how many calls may wait for an answer at a time.
const maxOpen = 6

// NewSetup resolves the instruments of a configuration at a time.
func NewSetup(c *configs.Config, text []byte, at engine.Time, scale float64) (*Setup, error) {
	s := &Setup{File: c.File, Config: string(text), Trades: map[string][]int{}, Scale: scale}
	number := map[string]int{}
	for i := range c.Strategies {
		x := &c.Strategies[i]
		for _, name := range x.Instruments {
			key, _, err := c.Instruments.Resolve(name, at)
			if err != nil {
				return nil, fmt.Errorf("strategy %s: %w", x.Name, err)
			}
			n, ok := number[key]
			if !ok {
				n = len(s.Instruments)
				number[key] = n
				s.Instruments = append(s.Instruments, key)
			}
			s.Trades[x.Name] = append(s.Trades[x.Name], n)
		}
	}
	return s, nil
}

// keep adds instruments that the run before still holds something in, so that what a
// configuration no longer names stays watched and can be closed.
func (s *Setup) keep(c *configs.Config, keys []string) {
	for _, key := range keys {
		if _, _, err := c.Instruments.Resolve(key, engine.NoTime); err == nil && !slices.Contains(s.Instruments, key) {
			s.Instruments = append(s.Instruments, key)
		}
	}
}

// decode reads the configuration again.
func (s *Setup) decode() (*configs.Config, error) {
	return configs.Decode(s.File, []byte(s.Config))
}

// Bytes is the setup as it stands in the journal.
func (s *Setup) Bytes() []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // it is made of texts and numbers
	}
	return b
}

// ParseSetup reads what Bytes wrote.
func ParseSetup(b []byte) (*Setup, error) {
	var s Setup
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("the setup of a run: %w", err)
	}
	return &s, nil
}

// Universe are the instruments of the setup.
func (s *Setup) Universe(c *configs.Config) (*engine.Universe, error) {
	u := engine.NewUniverse()
	for _, key := range s.Instruments {
		_, spec, err := c.Instruments.Resolve(key, engine.NoTime)
		if err != nil {
			return nil, err
		}
		if _, err := u.Add(key, spec); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// NewCore makes the Core of a run from its setup: the one that runs, and the one that
// replays it.
func NewCore(setup []byte, prefix string) (*gateway.Core, error) {
	s, err := ParseSetup(setup)
	if err != nil {
		return nil, err
	}
	c, err := s.decode()
	if err != nil {
		return nil, err
	}
	u, err := s.Universe(c)
	if err != nil {
		return nil, err
	}
	return s.core(c, u, prefix)
}

func (s *Setup) core(c *configs.Config, u *engine.Universe, prefix string) (*gateway.Core, error) {
	budget := c.Budget
	budget.Open = maxOpen
	bucket := risk.NewBudget(budget)
	index, _ := c.Instruments.Spec("ES")
	out := gateway.Config{Universe: u, Prefix: prefix, Budget: &bucket, Timing: s.timing()}
	var err error
	if out.OnLost, err = gateway.ParseVerb(c.Live.OnWorkerLost); err != nil {
		return nil, err
	}
	for i := range c.Accounts {
		a := &c.Accounts[i]
		limits := a.Limits()
		limits.AnyHour = s.AnyHour
		x := gateway.AccountConfig{
			Name: a.Name, Gate: risk.Sharing(limits, &bucket), Cash: c.Backtest.Cash, EntryWait: c.Live.EntryWait,
			Calendar: index.Calendar, // the broker's risk session rolls at 18:00 New York
		}
		for j := range c.Strategies {
			if st := &c.Strategies[j]; st.Account == a.Name {
				for _, n := range s.Trades[st.Name] {
					x.Members = append(x.Members, engine.Member{Name: st.Name, Instrument: engine.InstrumentID(n)})
				}
			}
		}
		out.Accounts = append(out.Accounts, x)
	}
	return gateway.New(out), nil
}

// timing keeps the patience of the gateway in real time when its clock runs faster:
// an answer takes as long on the wire however fast the recording plays.
func (s *Setup) timing() gateway.Timing {
	if s.Scale <= 1 {
		return gateway.Timing{}
	}
	scaled := func(d time.Duration) time.Duration { return time.Duration(float64(d) * s.Scale) }
	return gateway.Timing{
		Reply: max(10*time.Second, scaled(2*time.Second)), Settle: max(10*time.Second, scaled(2*time.Second)),
		Slack: scaled(10 * time.Second),
	}
}
