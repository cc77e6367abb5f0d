package report

import (
	"fmt"

	"tollgate/sim/tune"
)

// Limits of belief. 0.95 is the usual level of a one-sided test, and what Bailey
// and López de Prado use; half is Pardo's lower bound of walk-forward efficiency,
// and taken for neighbours as well.
const (
	believed = 0.95
	plateau  = 0.5
)

// warnings are what speaks against the best run, gravest first.
func (s *Sweep) warnings() []string {
	d := doubts{list: append([]string{}, s.Warnings...)}
	d.say(s.Stops.Stopped > 0, "%s", s.Stops.Text())
	if s.Walk != nil {
		s.doubtWalk(&d)
		return d.list
	}
	s.doubtRuns(&d)
	if b := s.best(); b != nil {
		s.doubtBest(&d, b)
		s.doubtEdge(&d, b)
	}
	return d.list
}

type doubts struct{ list []string }

func (d *doubts) say(when bool, format string, args ...any) {
	if when {
		d.list = append(d.list, fmt.Sprintf(format, args...))
	}
}

// doubtRuns looks at the runs as a whole.
func (s *Sweep) doubtRuns(d *doubts) {
	none := 0
	for i := range s.Runs {
		if r := &s.Runs[i]; r.fault() == "" && !r.Score.Known() {
			none++
		}
	}
	all := none+s.Stops.Stopped == len(s.Runs)
	d.say(none > 0 && !all, "%s without %s: too little happened. They rank last.", plural(none, "run"), s.Objective.Name)
	d.say(none > 0 && all, "No run has a value of %s: too little happened. Try another --objective, wider ranges or a longer feed.", s.Objective.Name)
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// doubtBest looks at the best run: luck, neighbours, number of round trips.
func (s *Sweep) doubtBest(d *doubts, b *SweepRun) {
	d.say(b.Figures.Net <= 0, "Even the best run loses money: %s.", signed(b.Figures.Net))
	if x := s.Deflated; x != nil && x.Trials > 1 && b.Figures.Net > 0 {
		d.say(!x.DSR.Known(), "Whether the best is luck cannot be said: too few round trips or sessions.")
		d.say(x.DSR.Known() && x.DSR < believed,
			"The best of %s may be luck: with a probability of %s its true Sharpe ratio is above 0 (deflated Sharpe ratio, Bailey and Lopez de Prado 2014, by %s; below %s is not evidence).",
			plural(x.Trials, "trial"), percent(float64(x.DSR), "n/a"), x.Basis, percent(believed, ""))
	}
	switch r := b.Around.Ratio(float64(b.Score)); {
	case b.Around.Neighbours == 0:
		d.say(s.ordered(), "No neighbour of the best was tried, so whether it stands on a plateau is not known: sweep a grid around it.")
	case b.Score > 0:
		d.say(r < plateau, "A lonely peak: the %s of the best average %s, %s of its %s. Parameters that work have neighbours that work.",
			plural(b.Around.Neighbours, "neighbour"), s.score(b.Around.Mean), percent(r, "n/a"), s.score(b.Score))
	}
	d.say(b.Figures.Trips < fewTrips, "Only %s in the best run: below %d the figures mean little.", plural(b.Figures.Trips, "round trip"), fewTrips)
	d.say(s.Objective.Daily && b.Figures.Sessions < fewTrips, "A ratio of %s: below %d sessions it means little.", plural(b.Figures.Sessions, "session"), fewTrips)
}

func (s *Sweep) ordered() bool {
	for _, a := range s.Space {
		if a.Ordered && len(a.Values) > 1 {
			return true
		}
	}
	return false
}

// doubtEdge looks for a best at the end of a range.
func (s *Sweep) doubtEdge(d *doubts, b *SweepRun) {
	for k, a := range s.Space {
		if i := b.Point[k]; a.Ordered && len(a.Values) > 2 && (i == 0 || i == len(a.Values)-1) {
			d.say(true, "The best has %s=%s, the end of its range: better may lie beyond.", a.Name, a.Values[i])
		}
	}
}

// doubtWalk looks at a walk.
func (s *Sweep) doubtWalk(d *doubts) {
	w := s.Walk
	idle, stopped, why := 0, 0, ""
	for i := range w.Windows {
		if fault := OneFault(w.Windows[i].Error, &w.Windows[i].Out); fault != "" {
			stopped++
			why = firstOf(why, fault)
		}
		if w.Windows[i].Idle {
			idle++
		}
	}
	d.say(stopped > 0, "%s of %s were stopped: %s", count(stopped), plural(len(w.Windows), "test"), why)
	d.say(idle > 0, "%s nothing: no run of the training had a value of %s.", tested(idle), s.Objective.Name)
	d.say(w.Figures.Net <= 0, "Out of sample it loses money: %s. What the training found did not last.", signed(w.Figures.Net))
	d.say(w.Efficiency.Known() && w.Efficiency < plateau && w.Figures.Net > 0,
		"Walk-forward efficiency %s: out of sample it makes less than half of what the training promised.", figures(w.Efficiency))
	d.say(w.Figures.Trips < fewTrips, "Only %s out of sample: below %d the figures mean little.", plural(w.Figures.Trips, "round trip"), fewTrips)
	d.say(len(w.Windows) < 5, "Only %s: a few windows say little about the next.", plural(len(w.Windows), "window"))
}

func tested(n int) string {
	if n == 1 {
		return "1 window traded"
	}
	return count(n) + " windows traded"
}

// verdict is the figures of belief, for people.
func (s *Sweep) verdict() []figure {
	var f []figure
	if x := s.Deflated; x != nil && x.Trials > 0 && s.Walk == nil {
		f = append(f,
			figure{Label: "Sharpe of the best, one " + x.Basis, Value: figures(x.Sharpe)},
			figure{Label: "Best of " + plural(x.Trials, "trial") + " by luck alone", Value: figures(x.Luck)},
			figure{Label: "Deflated Sharpe ratio", Value: percent(float64(x.DSR), "n/a")},
			figure{Label: "Probability of luck", Value: percent(1-float64(x.DSR), "n/a")})
	}
	if b := s.best(); b != nil && s.Walk == nil {
		f = append(f, figure{Label: "Neighbours of the best", Value: s.around(&b.Around, b.Score)})
	}
	if w := s.Walk; w != nil {
		f = append(f, figure{Label: "Walk-forward efficiency", Value: figures(w.Efficiency)})
	}
	return f
}

// around is the neighbours' mean and its share of the score.
func (s *Sweep) around(a *tune.Stability, score tune.Number) string {
	if a.Neighbours == 0 {
		return "none tried"
	}
	text := s.score(a.Mean)
	if r := a.Ratio(float64(score)); known(r) {
		text += " (" + percent(r, "") + ")"
	}
	return text
}
