package indicator

import "testing"

// The published tables below are printed with two to four decimals by their
// sources; the tolerance is half a unit of the last decimal, or one unit where the
// source itself worked on rounded inputs.

func TestEMAPublished(t *testing.T) {
	// StockCharts ChartSchool, "Moving Averages", 10-day EMA.
	in := []float64{
		22.2734, 22.1940, 22.0847, 22.1741, 22.1840, 22.1344, 22.2337, 22.4323, 22.2436, 22.2933,
		22.1542, 22.3926, 22.3816, 22.6109, 23.3558, 24.0519, 23.7530, 23.8324, 23.9516, 23.6338,
		23.8225, 23.8722, 23.6537, 23.1870, 23.0976, 23.3260, 22.6805, 23.0976, 22.4025, 22.1725,
	}
	want := []float64{
		22.22, 22.21, 22.24, 22.27, 22.33, 22.52, 22.80, 22.97, 23.13, 23.28, 23.34,
		23.43, 23.51, 23.54, 23.47, 23.40, 23.39, 23.26, 23.23, 23.08, 22.92,
	}
	m := must(NewEMA(10))
	wantTail(t, "EMA", feed(m.Update, &m.Line, in), want, 0.005)
}

func TestRSIPublished(t *testing.T) {
	// StockCharts ChartSchool, "RSI", with the values TA-Lib prints for its closes.
	in := []float64{
		44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931,
		46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521,
		45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
	}
	want := []float64{
		70.5328, 66.3186, 66.5498, 69.4063, 66.3552, 57.9749, 62.9296, 63.2571, 56.0593, 62.3771,
		54.7076, 50.4228, 39.9898, 41.4605, 41.8689, 45.4632, 37.3040, 33.0795, 37.7730,
	}
	r := must(NewRSI(14))
	wantTail(t, "RSI", feed(r.Update, &r.Line, in), want, 0.00005)
}

func TestMACDPublished(t *testing.T) {
	// investexcel.net, "How to Calculate MACD in Excel", 12, 26, 9.
	in := []float64{
		459.99, 448.85, 446.06, 450.81, 442.80, 448.97, 444.57, 441.40, 430.47, 420.05, 431.14, 425.66, 430.58,
		431.72, 437.87, 428.43, 428.35, 432.50, 443.66, 455.72, 454.49, 452.08, 452.73, 461.91, 463.58, 461.14,
		452.08, 442.66, 428.91, 429.79, 431.99, 427.72, 423.20, 426.21, 426.98, 435.69, 434.33, 429.80, 419.85, 426.24,
	}
	lines := []float64{
		8.275269504, 7.703378, 6.416075, 4.237520, 2.552583, 1.378886, 0.102981, -1.258402,
		-2.070558, -2.621842, -2.329067, -2.181632, -2.402626, -3.342122, -3.530363,
	}
	signals := []float64{3.037525869, 1.905652229, 1.058708435, 0.410640325, -0.152012994, -0.790034732, -1.338100413}
	hist := []float64{-5.108084, -4.527494558, -3.387775176, -2.59227244, -2.250613279, -2.55208695, -2.192262723}
	m := must(NewMACD(12, 26, 9))
	var l, s, h []float64
	for _, x := range in {
		m.Update(x)
		l, s, h = append(l, m.Line.V), append(s, m.Signal.V), append(h, m.Histogram.V)
	}
	wantTail(t, "MACD line", l, lines, 1e-6)
	wantTail(t, "MACD signal", s, signals, 1e-9)
	wantTail(t, "MACD histogram", h, hist, 1e-6)
}

func TestATRPublished(t *testing.T) {
	// StockCharts ChartSchool, "Average True Range", QQQQ, 14 days.
	high := []float64{
		48.70, 48.72, 48.90, 48.87, 48.82, 49.05, 49.20, 49.35, 49.92, 50.19, 50.12, 49.66, 49.88, 50.19, 50.36,
		50.57, 50.65, 50.43, 49.63, 50.33, 50.29, 50.17, 49.32, 48.50, 48.32, 46.80, 47.80, 48.39, 48.66, 48.79,
	}
	low := []float64{
		47.79, 48.14, 48.39, 48.37, 48.24, 48.64, 48.94, 48.86, 49.50, 49.87, 49.20, 48.90, 49.43, 49.73, 49.26,
		50.09, 50.30, 49.21, 48.98, 49.61, 49.20, 49.43, 48.08, 47.64, 41.55, 44.28, 47.31, 47.20, 47.90, 47.73,
	}
	closes := []float64{
		48.16, 48.61, 48.75, 48.63, 48.74, 49.03, 49.07, 49.32, 49.91, 50.13, 49.53, 49.50, 49.75, 50.03, 50.31,
		50.52, 50.41, 49.34, 49.37, 50.23, 49.24, 49.93, 48.43, 48.18, 46.57, 45.41, 47.77, 47.72, 48.62, 47.85,
	}
	want := []float64{0.55, 0.59, 0.59, 0.57, 0.61, 0.62, 0.64, 0.67, 0.69, 0.77, 0.78, 1.21, 1.30, 1.38, 1.37, 1.34, 1.32}
	a := must(NewATR(14))
	var got []float64
	for i := range high {
		a.Update(candle(high[i], low[i], closes[i], 1))
		got = append(got, a.V)
	}
	wantTail(t, "ATR", got, want, 0.01)
}

func TestBollingerPublished(t *testing.T) {
	// StockCharts ChartSchool, "Bollinger Bands", 20, 2.
	in := []float64{
		86.1557, 89.0867, 88.7829, 90.3228, 89.0671, 91.1453, 89.4397, 89.1750, 86.9302, 87.6752, 86.9596, 89.4299,
		89.3221, 88.7241, 87.4497, 87.2634, 89.4985, 87.9006, 89.1260, 90.7043, 92.9001, 92.9784, 91.8021, 92.6647,
		92.6843, 92.3021, 92.7725, 92.5373, 92.9490, 93.2039, 91.0669, 89.8318, 89.7435, 90.3994, 90.7387, 88.0177,
		88.0867, 88.8439, 90.7781, 90.5416, 91.3894, 90.6500,
	}
	middle := []float64{
		88.71, 89.05, 89.24, 89.39, 89.51, 89.69, 89.75, 89.91, 90.08, 90.38, 90.66, 90.86,
		90.88, 90.91, 90.99, 91.15, 91.19, 91.12, 91.17, 91.25, 91.24, 91.17, 91.05,
	}
	upper := []float64{
		91.29, 91.95, 92.61, 92.93, 93.31, 93.73, 93.90, 94.27, 94.57, 94.79, 95.04, 94.91,
		94.90, 94.90, 94.86, 94.67, 94.56, 94.68, 94.58, 94.53, 94.53, 94.37, 94.15,
	}
	lower := []float64{
		86.12, 86.14, 85.87, 85.85, 85.70, 85.65, 85.59, 85.56, 85.60, 85.98, 86.27, 86.82,
		86.87, 86.91, 87.12, 87.63, 87.83, 87.56, 87.76, 87.97, 87.95, 87.96, 87.95,
	}
	b := must(NewBollinger(20, 2))
	var u, m, l []float64
	for _, x := range in {
		b.Update(x)
		u, m, l = append(u, b.Upper.V), append(m, b.Middle.V), append(l, b.Lower.V)
	}
	wantTail(t, "middle", m, middle, 0.0051)
	wantTail(t, "upper", u, upper, 0.0051)
	wantTail(t, "lower", l, lower, 0.0051)
}

func TestStochasticPublished(t *testing.T) {
	// StockCharts ChartSchool, "Stochastic Oscillator", 14 days, fast, 3-day %D. The
	// closes of the first 13 days are not published and do not matter.
	high := []float64{
		127.0090, 127.6159, 126.5911, 127.3472, 128.1730, 128.4317, 127.3671, 126.4220, 126.8995, 126.8498,
		125.6460, 125.7156, 127.1582, 127.7154, 127.6855, 128.2228, 128.2725, 128.0934, 128.2725, 127.7353,
		128.7700, 129.2873, 130.0633, 129.1182, 129.2873, 128.4715, 128.0934, 128.6506, 129.1381, 128.6406,
	}
	low := []float64{
		125.3574, 126.1633, 124.9296, 126.0937, 126.8199, 126.4817, 126.0340, 124.8301, 126.3921, 125.7156,
		124.5615, 124.5715, 125.0689, 126.8597, 126.6309, 126.8001, 126.7105, 126.8001, 126.1335, 125.9245,
		126.9891, 127.8148, 128.4715, 128.0641, 127.6059, 127.5960, 126.9990, 126.8995, 127.4865, 127.3970,
	}
	closes := append(append([]float64{}, low[:13]...),
		127.2876, 127.1781, 128.0138, 127.1085, 127.7253, 127.0587, 127.3273, 128.7103, 127.8745,
		128.5809, 128.6008, 127.9342, 128.1133, 127.5960, 127.5960, 128.6904, 128.2725)
	k := []float64{
		70.4382, 67.6089, 89.2021, 65.8106, 81.7477, 64.5238, 74.5298, 98.5814, 70.1045,
		73.0561, 73.4178, 61.2313, 60.9563, 40.3861, 40.3861, 66.8285, 56.7314,
	}
	d := []float64{
		75.7497, 74.2072, 78.9201, 70.6940, 73.6004, 79.2117, 81.0719, 80.5807,
		72.1928, 69.2351, 65.2018, 54.1912, 47.2428, 49.2003, 54.6487,
	}
	s := must(NewStochastic(14, 1, 3))
	var raw, gotK, gotD []float64
	for i := range high {
		s.Update(candle(high[i], low[i], closes[i], 1))
		raw, gotK, gotD = append(raw, s.Raw.V), append(gotK, s.K.V), append(gotD, s.D.V)
	}
	wantTail(t, "Raw", raw, k, 0.005)
	wantTail(t, "K", gotK, k, 0.005)
	wantTail(t, "D", gotD, d, 0.005)
}

func TestROCPublished(t *testing.T) {
	// StockCharts ChartSchool, "Rate of Change", 12 days.
	in := []float64{
		11045.27, 11167.32, 11008.61, 11151.83, 10926.77, 10868.12, 10520.32, 10380.43, 10785.14, 10748.26,
		10896.91, 10782.95, 10620.16, 10625.83, 10510.95, 10444.37, 10068.01, 10193.39, 10066.57, 10043.75,
	}
	want := []float64{-3.84879682, -4.84888048, -4.52064339, -6.34389154, -7.85923013, -6.20834146, -4.31308173, -3.24341092}
	r := must(NewROC(12))
	wantTail(t, "ROC", feed(r.Update, &r.Line, in), want, 1e-8)
}

func TestCCIPublished(t *testing.T) {
	// The typical prices of StockCharts ChartSchool, "Commodity Channel Index", 20
	// days, with the values ta4j publishes for them.
	in := []float64{
		23.98, 23.92, 23.79, 23.67, 23.54, 23.36, 23.65, 23.72, 24.16, 23.91, 23.81, 23.92, 23.74, 24.68, 24.94,
		24.93, 25.10, 25.12, 25.20, 25.06, 24.50, 24.31, 24.57, 24.62, 24.49, 24.37, 24.41, 24.35, 23.75, 24.09,
	}
	want := []float64{101.9185, 31.1946, 6.5578, 33.6078, 34.9686, 13.6027, -10.6789, -11.4710, -29.2567, -128.6000, -72.7273}
	c := must(NewCCI(20))
	wantTail(t, "CCI", feed(func(x float64) { c.Update(flatBar(x)) }, &c.Line, in), want, 0.0001)
}

// TestWorkedByHand has the arithmetic of each case in view.
func TestWorkedByHand(t *testing.T) {
	sma, wma, dev := must(NewSMA(3)), must(NewWMA(3)), must(NewStdDev(8))
	wantTail(t, "SMA", feed(sma.Update, &sma.Line, []float64{1, 2, 6, 10}), []float64{3, 6}, 0)
	wantTail(t, "WMA", feed(wma.Update, &wma.Line, []float64{1, 2, 6, 10}), []float64{(1 + 4 + 18) / 6.0, (2 + 12 + 30) / 6.0}, 1e-15)
	wantTail(t, "StdDev", feed(dev.Update, &dev.Line, []float64{2, 4, 4, 4, 5, 5, 7, 9}), []float64{2}, 0)

	// HMA(4) = WMA(2) of 2*WMA(2) - WMA(4). Inputs 1, 2, 4, 8, 16:
	// at the 4th: 2*20/3 - 49/10 = 253/30; at the 5th: 2*40/3 - 98/10 = 506/30;
	// (253/30 + 2*506/30)/3 = 1265/90.
	hma := must(NewHMA(4))
	wantTail(t, "HMA", feed(hma.Update, &hma.Line, []float64{1, 2, 4, 8, 16}), []float64{1265.0 / 90}, 1e-13)

	// y = 1, 3, 2: mean 2, slope ((1-2)(-1) + 0 + 0)/2 = 0.5, explained 0.5 of 2.
	reg := must(NewLinReg(3))
	for _, y := range []float64{100, 1, 3, 2} {
		reg.Update(y)
	}
	if reg.Slope.V != 0.5 || reg.Intercept.V != 1.5 || reg.Value.V != 2.5 || reg.R2.V != 0.25 {
		t.Errorf("LinReg is %v %v %v %v", reg.Slope.V, reg.Intercept.V, reg.Value.V, reg.R2.V)
	}
}

func TestADXWorkedByHand(t *testing.T) {
	// Length 2. True ranges 3, 4, 5, 6.5; up moves 2, 0, 2, 0; down moves 0, 2, 0, 1.
	// Averages at bar 3: 3.5, 1, 1; bar 4: 4.25, 1.5, 0.5; bar 5: 5.375, 0.75, 0.75.
	a := must(NewADX(2))
	var adx, plus, minus []float64
	for _, b := range []*Bar{
		candle(10, 8, 9, 0), candle(12, 9, 11, 0), candle(11, 7, 8, 0), candle(13, 8, 12, 0), candle(13.5, 7, 7.5, 0),
	} {
		a.Update(b)
		adx, plus, minus = append(adx, a.ADX.V), append(plus, a.Plus.V), append(minus, a.Minus.V)
	}
	wantTail(t, "+DI", plus, []float64{100 / 3.5, 150 / 4.25, 75 / 5.375}, 1e-12)
	wantTail(t, "-DI", minus, []float64{100 / 3.5, 50 / 4.25, 75 / 5.375}, 1e-12)
	wantTail(t, "ADX", adx, []float64{25, 12.5}, 1e-12)
}

func TestVolumeWorkedByHand(t *testing.T) {
	bars := []*Bar{candle(12, 9, 12, 10), candle(13, 10, 10, 30), candle(11, 8, 11, 0), candle(11, 11, 11, 5)}
	vwma, vwap, obv := must(NewVWMA(2)), NewVWAP(), NewOBV()
	var a, b, c []float64
	for _, bar := range bars {
		vwma.Update(bar)
		vwap.Update(bar)
		obv.Update(bar)
		a, b, c = append(a, vwma.V), append(b, vwap.V), append(c, obv.V)
	}
	wantTail(t, "VWMA", a, []float64{420.0 / 40, 300.0 / 30, 55.0 / 5}, 1e-15)
	wantTail(t, "VWAP", b, []float64{11, 440.0 / 40, 440.0 / 40, 495.0 / 45}, 1e-14)
	wantTail(t, "OBV", c, []float64{-30, -30, -30}, 0)
}

func TestChannelsWorkedByHand(t *testing.T) {
	donchian, keltner := must(NewDonchian(2)), must(NewKeltner(2, 1, 2))
	for _, b := range []*Bar{candle(10, 9, 10, 1), candle(20, 12, 14, 1), candle(18, 15, 16, 1)} {
		donchian.Update(b)
		keltner.Update(b)
	}
	if donchian.Upper.V != 20 || donchian.Middle.V != 16 || donchian.Lower.V != 12 || donchian.Upper.Prev != 20 || donchian.Lower.Prev != 9 {
		t.Errorf("Donchian is %+v", *donchian)
	}
	// EMA(2) of 10, 14, 16: seed 12, then 12 + 2/3*4; true range 18-14 = 4, twice.
	mid := 12 + 8.0/3
	if !near(keltner.Middle.V, mid, 1, 1e-14) || !near(keltner.Upper.V, mid+8, 1, 1e-14) || !near(keltner.Lower.V, mid-8, 1, 1e-14) {
		t.Errorf("Keltner is %v %v %v", keltner.Upper.V, keltner.Middle.V, keltner.Lower.V)
	}
}
