package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tollgate/configs"
	"tollgate/engine"
	"tollgate/sim"
	"tollgate/sim/feed"
)

// resolver finds instruments by name for a feed. A feed that names only the root
// ("ES") holds a continuous contract: it keeps the root as its name, because which
// month it was on which day only its maker knows.
func resolver(table *configs.Table) func(string) (string, engine.Spec, error) {
	return func(name string) (string, engine.Spec, error) {
		key, spec, err := table.Resolve(name, engine.NoTime)
		var unknown *engine.UnknownInstrument
		if err == nil || errors.As(err, &unknown) {
			return key, spec, err
		}
		root := strings.ToUpper(strings.TrimSuffix(strings.TrimSpace(name), "1!"))
		if spec, ok := table.Spec(root); ok {
			return root, spec, nil
		}
		return key, spec, err
	}
}

// names reports whether a name, in full or of a root, is that of the instrument.
func (p *plan) names(name string, in *engine.Instrument) bool {
	key, spec, err := p.resolve(name)
	return err == nil && (key == in.Key || key == spec.Root && spec.Root == in.Root)
}

// absent refuses a run in which there was nothing of an instrument that was asked for.
// What a feed holds is known when it has been read; where the strategy ran on nothing,
// nothing was started, so that is wrong usage.
func (p *plan) absent(r *sim.Result, u *engine.Universe) error {
	for _, name := range p.flags.instruments {
		if slices.ContainsFunc(r.Members, func(m engine.Member) bool { return p.names(name, u.Get(m.Instrument)) }) {
			continue
		}
		has, there := p.contents(), false
		var keys []string
		for id := range engine.InstrumentID(has.Len()) {
			keys, there = append(keys, has.Get(id).Key), there || p.names(name, has.Get(id))
		}
		if there {
			continue // at another time
		}
		slices.Sort(keys)
		err := fmt.Errorf("--instrument %s: not in the feed; it has %s", name, list(keys))
		if len(r.Members) == 0 {
			return usageError{err}
		}
		return err
	}
	if r.Events == 0 || len(r.Members) == 0 {
		return errors.New("the feed has no events in the chosen time; see --from, --to and --instrument")
	}
	return nil
}

// contents are all instruments of the feeds, as far as they can be read a second time.
func (p *plan) contents() *engine.Universe {
	u := engine.NewUniverse()
	if src, err := openAll(p.flags.feeds, feed.Options{Universe: u, Resolve: p.resolve, SkipBad: true}); err == nil {
		_ = drain(src)
		_ = src.Close()
	}
	return u
}
