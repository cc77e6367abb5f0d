// Package tune searches the parameters of a strategy and says how far the result
// can be believed. It runs nothing itself: a shell asks a Searcher which points to
// try, runs them in any order on any number of cores, and tells it the scores.
//
// # Contract
//
// Everything here is a function of its arguments: no clock, no goroutine, and
// random numbers only from math/rand/v2's PCG with the seed that was handed in. A
// Searcher asks for batches of a fixed size and sees scores in the order of the
// batch, so its points depend on seed and scores alone, never on the number of
// workers or on which of them was faster.
//
// # Searches
//
// Grid tries every point once, the last axis fastest. Random draws distinct points
// uniformly. Model is a tree-structured Parzen estimator (J. Bergstra, R. Bardenet,
// Y. Bengio and B. Kégl, "Algorithms for Hyper-Parameter Optimization", NIPS 2011):
// it splits the points tried so far into the better quarter and the rest, estimates
// along each axis where either kind lies, and tries next where the ratio of the two
// densities, to which the expected improvement is monotone, is greatest.
//
// # How far to believe a result
//
// The best of many trials looks good by luck alone. Deflate gives the deflated
// Sharpe ratio (D. H. Bailey and M. López de Prado, "The Deflated Sharpe Ratio",
// Journal of Portfolio Management 40(5), 2014): the probability that the true
// Sharpe ratio is above zero, given how many trials were made, how much their
// Sharpe ratios spread, and how long, skewed and heavy-tailed the record is. It
// takes the trials as independent; those of a grid are not, which makes it err on
// the careful side. Neighbours compares the best point with those around it: a
// peak that stands alone is more likely noise. Windows cuts walk-forward windows
// (R. Pardo, "The Evaluation and Optimization of Trading Strategies", 2008), and
// MonteCarlo deals the round trips anew, in other orders and with repetition, to
// show how much of a drawdown was the order they happened to come in.
//
// # Bounds
//
// An axis has at most MaxValues values, a grid at most MaxGrid points. Axis values
// are exact decimals, so 0.1..0.5/0.1 has 0.3 in it and not 0.30000000000000004.
package tune
