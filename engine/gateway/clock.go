package gateway

import (
	"fmt"
	"time"

	"tollgate/engine"
)

// pace makes a time that does not go back of a clock that may: somebody sets it right.
// Were the Core to wait until the clock has caught up, nothing that is timed would happen
// for as long: no tokens would come, nothing be looked up. So its time goes on from where
// it is, ahead of the clock and at half its speed, until the two agree.
type pace struct {
	last  engine.Time   // the clock, at the newest input
	ahead time.Duration // of the Core's time
}

// tell is the Core's time when the clock shows at. Back is by how much the clock was set
// back, 0 when it was not: then it is older by no more than slack.
func (p *pace) tell(at, now engine.Time, slack time.Duration) (t engine.Time, back time.Duration) {
	if elapsed := at.Sub(p.last); elapsed > 0 {
		p.ahead = max(0, p.ahead-elapsed/2)
	}
	p.last = at
	t = at.Add(p.ahead)
	if late := now.Sub(t); now != engine.NoTime && late > slack {
		back, p.ahead = late, p.ahead+late
	}
	return max(t, now), back
}

// Ahead is by how much the Core's time is ahead of the clock that stamps its inputs. While
// it is, it runs at half the speed of the clock.
func (c *Core) Ahead() time.Duration { return c.pace.ahead }

// tick takes the time of an input.
func (c *Core) tick(at engine.Time) {
	var back time.Duration
	if c.now, back = c.pace.tell(at, c.now, c.timing.Slack); back > 0 {
		c.alarm(fmt.Sprintf("the machine's clock was set back by %v: until that is made up, time is counted at half speed here, and sessions begin and end too early by what is left of it", back.Round(time.Second)))
	}
}
