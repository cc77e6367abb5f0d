package broker

import (
	"math"
	"strconv"

	"github.com/shopspring/decimal"
)

// noise is the double next to an amount, as a platform prints it that adds up in
// doubles. Only the text of a reply is made of it; nothing is decided by it.
func noise(d decimal.Decimal) Number {
	f := math.Nextafter(d.InexactFloat64(), math.Inf(1))
	return Number(strconv.FormatFloat(f, 'f', -1, 64))
}
