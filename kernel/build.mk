# SPDX-License-Identifier: BSD-2-Clause
#
# build/kernel.elf, from every .c and .asm in kernel/.  It is linked twice: the
# first time without its table of symbols, which is then made and linked in.

# The first arguments in EAX, EDX and ECX: shorter, and simple for assembly.
KERNEL_CFLAGS := -mregparm=3
# SINCE doors

# Where one register more matters.
$(BUILD)/kernel/fast.c.o: KERNEL_CFLAGS += -fomit-frame-pointer
# END doors

KERNEL_OBJECTS := $(patsubst kernel/%,$(BUILD)/kernel/%.o,$(wildcard kernel/*.c kernel/*.asm))
KERNEL_LINK     = $(LINK) -T kernel/link.ld $(filter %.o,$^) -o $@

$(BUILD)/kernel/%.c.o: kernel/%.c
	@mkdir -p $(@D)
	$(say) "CC      $<"
	$(Q)$(CC) $(CFLAGS) $(KERNEL_CFLAGS) -Ikernel -c $< -o $@

$(BUILD)/kernel/%.asm.o: kernel/%.asm
	@mkdir -p $(@D)
	$(say) "NASM    $<"
	$(Q)$(NASM) -f elf32 -g -F dwarf $< -o $@

# SINCE swap
$(BUILD)/kernel/page.c.o: KERNEL_CFLAGS += -fomit-frame-pointer

# END swap
# Reads nm's list of symbols, writes the functions among them as assembly.
SYMBOLS_AWK := \
    BEGIN { print "section .symbols\nalign 4\nglobal symbol_table, symbol_table_end\nsymbol_table:" } \
    $$2 ~ /^[tT]$$/ && $$1 >= "c0000000" && $$3 !~ /[.@]/ { name[++n] = $$3; print "dd 0x" $$1 ", name" n } \
    END { print "symbol_table_end:"; for (i = 1; i <= n; i++) print "name" i ": db \"" name[i] "\", 0"; \
          print "section .note.GNU-stack noalloc noexec nowrite progbits" }

$(BUILD)/kernel/symbols0.asm: kernel/build.mk
	@mkdir -p $(@D)
	@awk '$(SYMBOLS_AWK)' /dev/null >$@

$(BUILD)/kernel/symbols1.asm: $(BUILD)/kernel/first.elf
	@$(NM) -n $< | awk '$(SYMBOLS_AWK)' >$@

$(BUILD)/kernel/symbols%.o: $(BUILD)/kernel/symbols%.asm
	@$(NASM) -f elf32 $< -o $@

$(BUILD)/kernel/first.elf: $(KERNEL_OBJECTS) $(BUILD)/kernel/symbols0.o kernel/link.ld
	@$(KERNEL_LINK)

$(BUILD)/kernel.elf: $(KERNEL_OBJECTS) $(BUILD)/kernel/symbols1.o kernel/link.ld
	$(say) "LINK    $@"
	$(Q)$(KERNEL_LINK)

# For Bochs: what has an address at KERNEL_BASE or above, and no mere number.
$(BUILD)/kernel.sym: $(BUILD)/kernel.elf
	@$(NM) -n $< | awk '$$2 ~ /^[tTdDbBrR]$$/ && $$1 >= "c0000000" { print $$1, $$3 }' >$@

all-images: $(BUILD)/kernel.elf $(BUILD)/kernel.sym

-include $(wildcard $(BUILD)/kernel/*.d)
