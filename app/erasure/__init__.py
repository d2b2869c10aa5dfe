"""Erasing the personal data of somebody whose dealings here are over (个人信息保护法 47), with all proofs left whole."""
