package indicator_test

import (
	"fmt"
	"time"

	"tollgate/engine"
	"tollgate/strategies/indicator"
)

// Trades become bars of one minute, and the closes an average and its crossing.
func Example() {
	bars, _ := indicator.NewTimeBars(time.Minute, nil)
	fast, _ := indicator.NewEMA(1)
	slow, _ := indicator.NewEMA(3)
	cross := indicator.NewCross()
	start := engine.TimeOf(time.Date(2024, 1, 2, 15, 0, 0, 0, time.UTC))
	for i, price := range []float64{103, 102, 101, 100, 104, 105} {
		bars.Add(start.Add(time.Duration(i)*time.Minute), price, 1)
		for _, b := range bars.Closed() {
			fast.Update(b.Close)
			slow.Update(b.Close)
			cross.Update(&fast.Line, &slow.Line)
			fmt.Println(b.End.UTC().Format("15:04"), b.Close, slow.V, slow.Ready, cross.Up)
		}
	}
	// Output:
	// 15:01 103 NaN false false
	// 15:02 102 NaN false false
	// 15:03 101 102 true false
	// 15:04 100 101 true false
	// 15:05 104 102.5 true true
}

// An argument out of range is a typed error that says what is allowed.
func ExampleParamError() {
	_, err := indicator.NewRSI(0)
	fmt.Println(err)
	// Output: indicator: RSI: length is 0, allowed is 1 to 10000
}
