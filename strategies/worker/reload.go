package worker

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"tollgate/engine"
	"tollgate/strategies/script"
)

// running is a script with what the worker knows of it.
type running struct {
	Script
	options  script.Options
	reloader *script.Reloader
	former   *script.Checked                // the version before, while it can come back
	offers   uint64                         // candidates so far; only the newest may be taken
	trial    string                         // hash of the newest while it is in its shadow run
	asked    []func(text string, err error) // who hears what comes of the newest
}

func newRunning(s *Script, o script.Options) *running {
	o.Params = s.Params
	r := &running{Script: *s, options: o}
	r.reloader = script.NewReloader(s.Path, s.Checked.Source.Hash, r.options)
	r.reloader.Instances(len(s.Instances))
	return r
}

// offer is a candidate for script k. answer, when set, gets what came of it.
type offer struct {
	k         int
	candidate *script.Candidate
	answer    func(text string, err error)
}

// verdict is an offer that has been through its shadow run.
type verdict struct {
	offer
	number uint64
	text   string
	err    error
}

// watch starts the goroutines that bring new versions of a script: one looks after
// its files, one holds the newest candidate until the worker takes it.
func (w *Worker) watch(ctx context.Context, k int, s *running) {
	w.helpers.Go(func() {
		var held *script.Candidate
		var out chan<- offer // nil while there is nothing to offer
		for {
			select {
			case held = <-s.reloader.Ready:
				out = w.ready
			case out <- offer{k: k, candidate: held}:
				out = nil
			case <-ctx.Done():
				return
			}
		}
	})
	if !s.Watch {
		return
	}
	w.helpers.Go(func() {
		if err := s.reloader.Run(ctx); err != nil && ctx.Err() == nil {
			_ = w.do(ctx, func() { w.say(s, "reload at a change of the files is off: "+err.Error()) })
		}
	})
}

// consider sends a candidate into its shadow run, or takes it at once. The files of
// one save can arrive twice, from the watch and at a person's word: the second joins
// the first, or it would be the version before itself in a rollback.
func (w *Worker) consider(o offer) {
	s, c := w.scripts[o.k], o.candidate
	if o.answer != nil {
		s.asked = append(s.asked, o.answer)
	}
	if c.Err == nil && c.Source.Hash == s.trial {
		return
	}
	s.offers++
	v := verdict{offer: o, number: s.offers}
	if c.Err == nil && w.runs(s, c.Source.Hash) {
		w.conclude(s, fmt.Sprintf("%s %.12s runs already", s.Name, c.Source.Hash), nil)
		return
	}
	if c.Err != nil || w.cfg.Shadow == 0 {
		w.decide(v)
		return
	}
	s.trial = c.Source.Hash
	h := &script.Shadow{Universe: w.cfg.Universe, Old: s.Checked, Options: s.options, Span: w.cfg.Shadow}
	for _, in := range s.Instances {
		h.Members = append(h.Members, engine.Member{Name: s.Name, Instrument: in.Instrument})
		h.Events = append(h.Events, w.runner.Recent(in.Instrument, w.cfg.Shadow))
	}
	w.helpers.Go(func() {
		v.text, v.err = h.Run(v.candidate)
		select {
		case w.judged <- v:
		case <-w.ended:
		}
	})
}

// decide takes a candidate, or says why not.
func (w *Worker) decide(v verdict) {
	s := w.scripts[v.k]
	if v.number != s.offers {
		w.say(s, fmt.Sprintf("%s %.12s is passed over: the files have changed since", s.Name, v.candidate.Source.Hash))
		return
	}
	text, err := v.text, v.err
	if err == nil {
		err = v.candidate.Err
	}
	if err == nil {
		var took string
		took, err = w.swap(s, v.candidate)
		text = strings.TrimPrefix(text+"\n"+took, "\n")
	}
	if err != nil {
		err = fmt.Errorf("reload of %s refused, the running version goes on: %w", s.Name, err)
		text = err.Error()
	}
	w.say(s, text)
	w.conclude(s, text, err)
}

// conclude tells those who asked what came of the newest candidate.
func (w *Worker) conclude(s *running, text string, err error) {
	for _, answer := range s.asked {
		answer(text, err)
	}
	s.trial, s.asked = "", nil
}

// swap puts a candidate in the place of every instance, or of none.
func (w *Worker) swap(s *running, c *script.Candidate) (string, error) {
	w.fire(w.cfg.Clock.Now()) // what is due belongs to the version before
	if !w.recordSource(c.Source) {
		return "", w.broken
	}
	for i, in := range s.Instances {
		r := swapRecord{At: max(w.now, w.cfg.Clock.Now()), ID: in.ID, Hash: c.Source.Hash, Takeback: w.cfg.Takeback}
		if !w.record(KindSwap, r.append(appendDigest(nil, w.runner.Hash()))) {
			return "", w.broken
		}
		commands, err := w.runner.Swap(r.At, in.ID, c.Programs[i], r.Takeback)
		if err != nil {
			w.takeBack(s, i)
			return "", err
		}
		w.carry(commands)
	}
	s.former, s.Checked = s.Checked, c.Checked
	return fmt.Sprintf("reloaded: %s %.12s runs on %d instruments%s", s.Name, c.Source.Hash, len(s.Instances), c.Remarks()), nil
}

// takeBack undoes the swaps of the instances before one that failed.
func (w *Worker) takeBack(s *running, failed int) {
	for _, in := range s.Instances[:failed] {
		if err := w.rollback(in.ID, "another instance could not be swapped"); err != nil {
			w.say(s, err.Error())
		}
	}
}

func (w *Worker) rollback(id engine.StrategyID, reason string) error {
	r := rollbackRecord{At: max(w.now, w.cfg.Clock.Now()), ID: id, Reason: reason}
	if !w.record(KindRollback, r.append(appendDigest(nil, w.runner.Hash()))) {
		return w.broken
	}
	commands, err := w.runner.Rollback(r.At, id, reason)
	w.carry(commands)
	return err
}

// do has the goroutine of Run do something between two events. The error is the
// context's, or says that the worker has ended.
func (w *Worker) do(ctx context.Context, f func()) error {
	select {
	case w.requests <- f:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("worker %s does not answer; does a script hang? %w", w.cfg.Name, context.Cause(ctx))
	case <-w.ended:
		return fmt.Errorf("worker %s has ended", w.cfg.Name)
	}
}

// Reload reads the files of a script and lets what they hold run, if it may. It says
// what came of it, also when the files hold what runs already. After an error of
// the context nobody knows.
func (w *Worker) Reload(ctx context.Context, name string) (string, error) {
	k, s, err := w.find(name)
	if err != nil {
		return "", err
	}
	if s.Path == "" {
		return "", fmt.Errorf("%s was not loaded from files, so it cannot be reloaded", name)
	}
	look := script.NewReloader(s.Path, "", s.options)
	look.Instances(len(s.Instances))
	look.Look()
	c := <-look.Ready // without a hash to compare with there is always one
	return w.wait(ctx, func(answer func(string, error)) { w.consider(offer{k, c, answer}) })
}

// runs reports whether every instance runs a source.
func (w *Worker) runs(s *running, hash string) bool {
	for _, in := range s.Instances {
		if w.members[in.ID].hash != hash {
			return false
		}
	}
	return true
}

// Rollback brings the version before the newest back in every instance of a script
// that has one, and says in how many.
func (w *Worker) Rollback(ctx context.Context, name, reason string) (string, error) {
	_, s, err := w.find(name)
	if err != nil {
		return "", err
	}
	return w.wait(ctx, func(answer func(string, error)) { answer(w.rollbackAll(s, reason[:min(len(reason), maxReason)])) })
}

func (w *Worker) rollbackAll(s *running, reason string) (string, error) {
	w.fire(w.cfg.Clock.Now())
	back, first := 0, error(nil)
	for _, in := range s.Instances {
		err := w.rollback(in.ID, reason)
		if err == nil {
			back++
		} else if first == nil {
			first = err
		}
	}
	if back == 0 {
		return "", first
	}
	return fmt.Sprintf("rolled back: %s runs the version before on %d of %d instruments", s.Name, back, len(s.Instances)), nil
}

func (w *Worker) find(name string) (int, *running, error) {
	var names []string
	for k, s := range w.scripts {
		if s.Name == name {
			return k, s, nil
		}
		names = append(names, s.Name)
	}
	return 0, nil, fmt.Errorf("there is no strategy %q here; there is %s", name, strings.Join(names, ", "))
}

// wait has the goroutine of Run do something that answers later.
func (w *Worker) wait(ctx context.Context, f func(answer func(string, error))) (string, error) {
	type answered struct {
		text string
		err  error
	}
	came := make(chan answered, 1)
	var once atomic.Bool
	answer := func(text string, err error) {
		if once.CompareAndSwap(false, true) {
			came <- answered{text, err}
		}
	}
	if err := w.do(ctx, func() { f(answer) }); err != nil {
		return "", err
	}
	select {
	case a := <-came:
		return a.text, a.err
	case <-ctx.Done():
		return "", fmt.Errorf("worker %s has not answered yet: %w", w.cfg.Name, context.Cause(ctx))
	case <-w.ended:
		return "", fmt.Errorf("worker %s has ended", w.cfg.Name)
	}
}
