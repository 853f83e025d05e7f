/* Where in a pickle there may be a set: every payload is searched for this, so it has to be quick. */
#ifndef LAMBDAPKL_SETS_H
#define LAMBDAPKL_SETS_H

#include <stddef.h>
#include <string.h>

/* Eight bytes, the lowest first: compilers make one instruction of it where they can. */
static inline unsigned long long lp_size(const unsigned char *at) {
    typedef unsigned long long number;
    return (number)at[0] | (number)at[1] << 8 | (number)at[2] << 16 | (number)at[3] << 24 | (number)at[4] << 32 |
           (number)at[5] << 40 | (number)at[6] << 48 | (number)at[7] << 56;
}

/* Up to eight bytes as a number that compares as they do. */
static inline unsigned long long lp_prefix(const unsigned char *at, ptrdiff_t size) {
    unsigned long long prefix = 0;
    ptrdiff_t index;
    if (size >= 8) {
        typedef unsigned long long number;
        return (number)at[0] << 56 | (number)at[1] << 48 | (number)at[2] << 40 | (number)at[3] << 32 | (number)at[4] << 24 |
               (number)at[5] << 16 | (number)at[6] << 8 | (number)at[7];
    }
    for (index = 0; index < size; index++)
        prefix |= (unsigned long long)at[index] << (56 - 8 * index);
    return prefix;
}

/* Whether something that begins before `at` ends there that may be the last element of a frozen set, if that is an atom.
   It spares random numbers, of which one in 65,536 looks like the end of a frozen set, a closer look. */
static int lp_ends_atom(const unsigned char *start, const unsigned char *at) {
    ptrdiff_t before = at - start, size;
    if (before > 0 && (at[-1] == 0x94 || at[-1] == 'N' || at[-1] == 0x88 || at[-1] == 0x89))
        return 1;
    if (before > 1 && (at[-2] == 'K' || at[-2] == 'h'))
        return 1;
    if (before > 2 && at[-3] == 'M')
        return 1;
    if (before > 4 && (at[-5] == 'J' || at[-5] == 'j'))
        return 1;
    if (before > 8 && at[-9] == 'G')
        return 1;
    for (size = 0; size < 256 && before > size + 1; size++)
        if (at[-size - 1] == size && at[-size - 2] == 0x8a)
            return 1;
    return 0;
}

/* EMPTY_SET MEMOIZE MARK, or FROZENSET MEMOIZE. */
static int lp_is_set(const unsigned char *start, const unsigned char *at, const unsigned char *end) {
    if (end - at < 2 || at[1] != 0x94)
        return 0;
    return at[0] == 0x8f ? end - at > 2 && at[2] == '(' : at[0] == 0x91 && lp_ends_atom(start, at);
}

#if defined(__GNUC__)
#define LP_BLOCK 16
#define LP_FOUR(b) b, b, b, b
#define LP_SIXTEEN(b) LP_FOUR(b), LP_FOUR(b), LP_FOUR(b), LP_FOUR(b)
typedef unsigned char lp_lanes __attribute__((vector_size(LP_BLOCK)));

/* Return the first `count` blocks from `at` on that have, somewhere, the first byte of a set and 0x94 after it, or less than
   so many before `end`.  It is inlined for each `count`, which the compiler then knows. */
__attribute__((always_inline)) static inline const unsigned char *lp_skip_blocks(const unsigned char *at,
                                                                                 const unsigned char *end, int count) {
    const lp_lanes set = {LP_SIXTEEN(0x8f)}, frozen = {LP_SIXTEEN(0x91)}, memoize = {LP_SIXTEEN(0x94)};
    while (end - at > (ptrdiff_t)count * LP_BLOCK) {
        lp_lanes any = {0};
        unsigned long long parts[2];
        int block;
        for (block = 0; block < count; block++) {
            lp_lanes first, second;
            memcpy(&first, at + block * LP_BLOCK, LP_BLOCK);
            memcpy(&second, at + block * LP_BLOCK + 1, LP_BLOCK);
            any |= (lp_lanes)((first == set) | (first == frozen)) & (lp_lanes)(second == memoize);
        }
        memcpy(parts, &any, LP_BLOCK);
        if (parts[0] | parts[1])
            break;
        at += (ptrdiff_t)count * LP_BLOCK;
    }
    return at;
}

static inline const unsigned char *lp_skip(const unsigned char *start, const unsigned char *at, const unsigned char *end) {
    /* The last block takes some of the one before with it. */
    if (end - start > 4 * LP_BLOCK) {
        at = lp_skip_blocks(at, end, 4);
        if (end - at <= 4 * LP_BLOCK && lp_skip_blocks(end - 4 * LP_BLOCK - 1, end, 4) == end - 1)
            return end;
    }
    at = lp_skip_blocks(at, end, 1);
    if (end - start > LP_BLOCK && end - at <= LP_BLOCK && lp_skip_blocks(end - LP_BLOCK - 1, end, 1) == end - 1)
        return end;
    return at;
}
#else
#define lp_skip(start, at, end) (at)
#define LP_BLOCK 1
#endif

/* Return the first place from `at` on that looks like a set, in a piece that begins at `start`, or NULL. */
static const unsigned char *lp_find_set(const unsigned char *start, const unsigned char *at, const unsigned char *end) {
    const unsigned char *stop;
    while (at < end) {
        at = lp_skip(start, at, end);
        for (stop = end - at > LP_BLOCK ? at + LP_BLOCK : end; at < stop; at++)
            if (lp_is_set(start, at, end))
                return at;
    }
    return NULL;
}

#endif
