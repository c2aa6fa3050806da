# SPDX-License-Identifier: BSD-2-Clause
"""Lintel's grader: it boots kernels, asks them questions and believes only what is signed."""
