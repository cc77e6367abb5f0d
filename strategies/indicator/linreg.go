package indicator

// LinReg is the straight line of least squares through the newest length inputs,
// placed at x = 0 (oldest) to length-1 (newest): Value is its height at the newest
// input, Slope its rise per input, Intercept its height at the oldest input, R2 the
// share of the variance it explains, 0 to 1 (TA-Lib TA_LINEARREG, _SLOPE and
// _INTERCEPT). With equal inputs the slope is 0 and R2, which is then undefined, is
// given as 0. Ready at input number length.
type LinReg struct {
	Value, Slope, Intercept, R2 Line
	s                           sums
}

// NewLinReg returns a LinReg over length inputs, 2 to MaxLength.
func NewLinReg(length int) (*LinReg, error) {
	if err := checkLength("LinReg", "length", length, 2); err != nil {
		return nil, err
	}
	s := newSquares(length)
	s.wantRamp = true
	return &LinReg{noLine(), noLine(), noLine(), noLine(), s}, nil
}

// Update adds one input.
func (r *LinReg) Update(y float64) {
	if !usable(y) || r.s.buf == nil {
		return
	}
	r.s.push(y)
	slope, r2 := r.fit()
	half := float64(slope * (r.s.length() - 1) / 2) // the line passes through the means
	mean, ready := r.s.mean(), r.s.full()
	r.Value.set(mean+half, ready)
	r.Slope.set(slope, ready)
	r.Intercept.set(mean-half, ready)
	r.R2.set(r2, ready)
}

// fit returns slope and R2 of a full window. The spread of the positions 0 to n-1,
// n*sum(x*x) - sum(x)^2, is n^2*(n^2-1)/12; all of these are whole numbers that a
// float64 holds exactly.
func (r *LinReg) fit() (slope, r2 float64) {
	ySpread := r.s.spread()
	if ySpread == 0 {
		return 0, 0
	}
	n := r.s.length()
	common := r.s.ramp.cur.scale(n).minus(r.s.sum.cur.scale(n * (n - 1) / 2)).value()
	xSpread := n * n * (n*n - 1) / 12
	slope = common / xSpread
	return slope, min(slope*common/ySpread, 1)
}
