/* SPDX-License-Identifier: MIT
 *
 * That what purge.c counts as unused is what can go back, to the byte, whoever gives some of it
 * back; that nothing of it is forgotten; how much stays; and how long a debt may be. The argument
 * is how many rounds.
 */
#include "../../src/mimalloc.c"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BLOCKS = 300, LARGER = 600000, OTHERS = 20, LOOK = 100 };

static long rounds, looks, unused, given_back;

static size_t purgeable(void)
{
	mi_subproc_t *const subproc = _mi_subproc_main();
	const size_t count = mi_arenas_get_count(subproc);
	size_t slices = 0, listed = 0;

	for (size_t i = 0; i < count; i++)
		slices += mi_bitmap_popcount(mi_arena_from_index(subproc, i)->slices_purge);
	for (size_t i = 0; i < sizeof page_lists / sizeof *page_lists; i++)
		listed += page_lists[i].size;
	return _mi_size_of_slices(slices) + listed;
}

static void look(const char *when, long round)
{
	static size_t before;
	const size_t can = purgeable();

	looks++;
	unused += can > 0;
	given_back += can < before;
	before = can;
	if (can == kept.unused)
		return;
	printf("%s %ld: %zu KiB can go back, %zu are counted\n", when, round, can / 1024,
	       kept.unused / 1024);
	exit(1);
}

static void work(void)
{
	static void *block[BLOCKS];
	unsigned long state = 1;

	for (long round = 0; round < rounds; round++) {
		state = state * 6364136223846793005u + 1442695040888963407u;

		const size_t i = (state >> 33) % BLOCKS;
		const int large = (state >> 20) % 64 == 0;

		free(block[i]);
		block[i] = malloc(large ? (20 + (state >> 24) % 13) << 20
		                        : (size_t)16 << (state >> 50) % 18);
		if (!block[i])
			abort();
		*(volatile char *)block[i] = 1;
		if (round % LOOK == 0) {
			look("round", round);
			usleep(5000); /* longer than the delay after which upstream purges */
		}
		if (round % LOOK == LOOK / 2)
			theap_trim(_mi_theap_default());
	}
	for (size_t i = 0; i < BLOCKS; i++)
		free(block[i]);
}

static void expect(bool so, const char *what)
{
	if (!so) {
		printf("not so: %s\n", what);
		exit(1);
	}
}

/* DEBT: the ms of it that are left; 0: there is none, and a second is saved. */
static void owe(int debt)
{
	kept.spent = debt ? kept_now() + debt * (int64_t)RATION : 0;
}

/* Fills and frees a heap of some MiB. There is such a debt when it is full. */
static void fill_and_free(int debt)
{
	static void *block[BLOCKS];

	for (size_t i = 0; i < BLOCKS; i++) {
		block[i] = malloc(50000);
		memset(block[i], 1, 50000);
	}
	owe(debt);
	for (size_t i = 0; i < BLOCKS; i++)
		free(block[i]);
}

static void forget_nothing(void)
{
	fill_and_free(0);
	expect(purgeable() <= KEPT_LEAST, "it goes back");

	/* while another thread gives back */
	expect(purge_enter(), "nobody does");
	fill_and_free(0);
	expect(purgeable() > 8 * MI_MiB && purgeable() == kept.unused, "it is still counted");
	owe(5000);
	kept.bar = SIZE_MAX;
	const size_t before = kept.rounds;
	kept_give_back(_mi_subproc_main());
	expect(kept.rounds == before + 3, "it is tried again, in debt too");
	purge_leave();
	owe(0);
	free(malloc(MI_MiB));
	expect(purgeable() <= KEPT_LEAST, "the next that is freed takes it along");

	/* in an arena of which another thread has seen just before that there is nothing */
	expect(purge_enter(), "nobody does");
	fill_and_free(0);
	purge_leave();
	for (size_t i = 0; i < mi_arenas_get_count(_mi_subproc_main()); i++)
		mi_arena_from_index(_mi_subproc_main(), i)->purge_expire = 0;
	kept_give_back(_mi_subproc_main());
	expect(purgeable() == 0, "it goes back nevertheless");
}

static void owe_no_more_than(void)
{
	owe(0);
	for (int i = 0; i < 100; i++)
		free(malloc(32 * MI_MiB - MI_ARENA_SLICE_SIZE));
	expect(kept_in_debt(), "what is taken again is owed");
	expect(kept.spent - kept_now() <=
	               OWED_MSECS * (int64_t)RATION + (int64_t)(kept.used + kept.unused),
	       "no more than ten seconds, and what there is");

	const long delay = mi_option_get(mi_option_purge_delay);
	mi_option_set(mi_option_purge_delay, 0);
	expect(!kept_in_debt(), "nothing if nothing shall stay");
	mi_option_set(mi_option_purge_delay, delay);
}

/* A debt begins when little is in use, and there are peaks of one height in it. */
static void peaks_in_debt(void)
{
	int back = 0;

	owe(0);
	kept_owe(2 * SAVED_MSECS * (size_t)RATION);
	for (int i = 0; i < 10; i++) {
		fill_and_free(5000);
		expect(kept_in_debt(), "there is a debt");
		back += purgeable() < 2 * MI_MiB;
		expect(back > 0, "what the first takes goes back");
	}
	expect(back <= 3, "what each of them takes does not");
	owe(0);
	free(malloc(MI_MiB));
	expect(purgeable() <= KEPT_LEAST, "it does when the debt is over");
}

/* A heap of some MiB is freed bit by bit. */
static void stays_not_of_little(void)
{
	void *block[BLOCKS / 20];

	for (size_t i = 0; i < BLOCKS / 20; i++)
		block[i] = malloc(LARGER);
	owe(0);

	const size_t before = kept.rounds;
	for (size_t i = 0; i < BLOCKS / 20; i++) {
		const size_t can = purgeable();

		free(block[i]);
		expect(purgeable() >= can || purgeable() == 0, "nothing of it stays");
	}
	expect(kept.rounds > before, "it goes back");
}

/* A larger one is. */
static void stays_for_what_grows(void)
{
	static void *block[BLOCKS];
	size_t before = 0, some = 0, all = 0;

	for (size_t i = 0; i < BLOCKS; i++)
		block[i] = malloc(LARGER);
	owe(0);

	const size_t top = kept.used;
	for (size_t i = 0; i < BLOCKS * 3 / 5; i++) {
		free(block[i]);

		const size_t can = purgeable();
		expect(can <= kept_allowed(kept.used), "no more is unused than is allowed");
		if (can < before && kept.used >= top / 2) {
			expect(can >= kept_allowed(kept.used) / 2, "most of that stays");
			expect(can <= kept_allowed(kept.used) / 8 * 7 - STAYS_LESS, "not all");
			expect(purge_stays == 0, "for this once");
			some++;
		} else if (can < before) {
			expect(can == 0, "nothing does when half of the heap is free");
			all++;
		}
		before = can;
	}
	expect(some > 0 && all == 1, "some goes back, then all");

	/* what grows again is a heap of its own */
	for (size_t i = 0; i < BLOCKS / 5; i++)
		block[i] = malloc(LARGER);
	before = 0;
	for (size_t i = 0; i < BLOCKS / 5; i++) {
		free(block[i]);

		const size_t can = purgeable();
		expect(can > 0 || before == 0, "not all goes back");
		before = can;
	}

	/* in a debt that began when little was in use */
	for (size_t i = 0; i < BLOCKS * 3 / 5; i++)
		block[i] = malloc(LARGER);
	owe(5000);
	kept_peak(MI_MiB);
	before = kept.rounds;
	for (size_t i = 0; i < BLOCKS * 9 / 20; i++)
		free(block[i]);
	expect(kept_too_much() && kept.rounds == before, "nothing goes back");
	for (size_t i = BLOCKS * 9 / 20; i < BLOCKS * 3 / 5; i++)
		free(block[i]);
	owe(0);
	for (size_t i = BLOCKS * 3 / 5; i < BLOCKS; i++)
		free(block[i]);
}

/* What another thread does during each of so many rounds: PART of its blocks are freed, in such a
 * debt (ms). */
static struct {
	int rounds, debt;
	size_t part;
} meanwhile;
static pthread_barrier_t turn;

/* The call with which memory goes back. */
int madvise(void *start, size_t size, int advice)
{
	static size_t before;

	if (meanwhile.rounds && kept.busy && kept.rounds != before) {
		before = kept.rounds;
		meanwhile.rounds--;
		owe(meanwhile.debt);
		kept_peak(kept.used);
		pthread_barrier_wait(&turn);
		pthread_barrier_wait(&turn);
	}
	return (int)syscall(SYS_madvise, start, size, advice);
}

static void *another(void *argument)
{
	void *block[OTHERS];

	for (size_t i = 0; i < OTHERS; i++)
		block[i] = malloc(8 * MI_MiB);
	pthread_barrier_wait(&turn);
	for (size_t i = 0; i < OTHERS; i++) {
		if (i % meanwhile.part == 0)
			pthread_barrier_wait(&turn);
		free(block[i]);
		if (i % meanwhile.part == meanwhile.part - 1)
			pthread_barrier_wait(&turn);
	}
	return argument;
}

static void leave_nothing(int rounds_, size_t part, int debt)
{
	static void *block[BLOCKS];
	pthread_t thread;
	bool seen = false;

	for (size_t i = 0; i < BLOCKS; i++)
		block[i] = malloc(LARGER);
	meanwhile.part = part;
	pthread_barrier_init(&turn, NULL, 2);
	pthread_create(&thread, NULL, another, NULL);
	pthread_barrier_wait(&turn);
	owe(0);
	meanwhile.debt = debt;
	meanwhile.rounds = rounds_;
	for (size_t i = 0; i < BLOCKS; i++) {
		free(block[i]);
		if (!seen && meanwhile.rounds < rounds_) {
			seen = true;
			expect(meanwhile.rounds == 0, "each round is another's turn");
			expect(!kept_too_much(), "what another frees meanwhile goes back too");
		}
	}
	expect(seen, "some goes back");
	for (size_t left = (OTHERS - (size_t)rounds_ * part) / part; left > 0; left--) {
		pthread_barrier_wait(&turn);
		pthread_barrier_wait(&turn);
	}
	pthread_join(thread, NULL);
	owe(0);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = atol(argv[1]);
	work();
	look("end", rounds);
	mi_collect(true);
	look("collected", rounds);
	if (unused < looks / 2 || !given_back) {
		printf("nothing was unused, or nothing went back\n");
		return 1;
	}
	forget_nothing();
	owe_no_more_than();
	peaks_in_debt();
	stays_not_of_little();
	stays_for_what_grows();
	leave_nothing(1, OTHERS, 5000); /* it has asked whether that may go */
	leave_nothing(3, OTHERS / 10, 0);
	printf("%ld looks\n", looks);
	return 0;
}
