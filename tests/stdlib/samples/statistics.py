DATA = [1, 2, 2, 3, 4.5, 7, 11]


def averages(mean, fmean, geometric_mean, harmonic_mean):
    from decimal import Decimal
    from fractions import Fraction

    return (
        mean(DATA),
        mean([Fraction(1, 2), Fraction(1, 3)]),
        mean([Decimal("0.5"), Decimal("0.75")]),
        fmean(DATA),
        fmean([1, 2], weights=[3, 1]),
        geometric_mean(DATA),
        harmonic_mean(DATA),
        harmonic_mean([40, 60], weights=[5, 30]),
    )


def mean_only(mean):
    return mean(DATA), mean([1, 2, 4])


def median_only(median):
    return median(DATA), median([1, 2, 3, 4])


def middle(median, median_low, median_high, median_grouped, mode, multimode, quantiles):
    return (
        median(DATA),
        median_low([1, 2, 3, 4]),
        median_high([1, 2, 3, 4]),
        median_grouped([1, 2, 2, 3, 4]),
        mode("abracadabra"),
        multimode("aabbcd"),
        quantiles(DATA, n=4),
        quantiles(DATA, method="inclusive"),
    )


def spread(pstdev, pvariance, stdev, variance):
    return pstdev(DATA), pvariance(DATA), stdev(DATA), variance(DATA), variance(DATA, 4)


def relations(correlation, covariance, linear_regression):
    x, y = [1, 2, 3, 4, 5], [2, 4, 5, 4, 5]
    line = linear_regression(x, y)
    return correlation(x, y), covariance(x, y), line, line.slope, linear_regression(x, y, proportional=True)


def normal(NormalDist):
    a, b = NormalDist(10, 2), NormalDist.from_samples([1, 2, 3, 4])
    return (
        a,
        a.pdf(11),
        a.cdf(12),
        a.inv_cdf(0.3),
        a.quantiles(4),
        a + b,
        a - 3,
        a * 2,
        a / 2,
        -a,
        a.overlap(b),
        a.zscore(13),
        a.mean,
        a.median,
        a.mode,
        a.stdev,
        a.variance,
        a == NormalDist(10, 2),
        hash(a) == hash(NormalDist(10, 2)),
        a.samples(3, seed=4),
    )


def errors(mean, StatisticsError, mode):
    found = []
    for call in (mean, mode):
        try:
            call([])
        except StatisticsError as error:
            found.append((str(error), isinstance(error, ValueError)))
    return found
